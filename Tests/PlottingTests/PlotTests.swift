import Foundation
import FoundationXML
import TesseraPlotting
import Testing

@Suite struct AxisTests {
    @Test func ticksAreRound() {
        let axis = Axis("x", covering: [3, 47])
        #expect(axis.ticks == [0, 10, 20, 30, 40, 50])
        #expect(axis.ticks.map(axis.text) == ["0", "10", "20", "30", "40", "50"])
        let small = Axis("x", covering: [0.12, 0.31])
        #expect(small.lower <= 0.12 && small.upper >= 0.31)
        #expect(small.ticks.map(small.text) == ["0.10", "0.15", "0.20", "0.25", "0.30", "0.35"])
    }

    @Test func zeroCanBeIncluded() {
        #expect(Axis("x", covering: [5, 9], includesZero: true).lower == 0)
        #expect(Axis("x", covering: [-5, -9], includesZero: true).upper == 0)
    }

    @Test func wholeTicksStayWhole() { #expect(Axis("epoch", covering: [1, 3], isWhole: true).ticks == [1, 2, 3]) }

    @Test(
        arguments: [[], [0], [7], [-3, -3], [.nan, .infinity], [1e-300, 2e-300], [1e90, -1e90], [1, 1 + 1e-15]]
            as [[Double]])
    func anyValuesHaveAnAxis(_ values: [Double]) {
        let axis = Axis("x", covering: values)
        #expect(axis.upper > axis.lower && axis.ticks.count >= 2 && axis.ticks.count < 20)
        for value in values where value.isFinite { #expect(axis.lower <= value && value <= axis.upper) }
    }
}

@Suite struct SVGTextTests {
    @Test func numbersHaveAtMostTwoDecimals() {
        #expect(
            [0, -0.001, 1, 2.5, 3.14159, -0.055, 100, 1e20].map(SVG.number) == [
                "0", "0", "1", "2.5", "3.14", "-0.06", "100", "1e+20",
            ])
        #expect(
            SVG.decimal(2, places: 3) == "2.000" && SVG.decimal(-0.5, places: 0) == "-1"
                && SVG.decimal(0.05, places: 1) == "0.1")
    }

    @Test func markupIsEscaped() {
        #expect(SVG.escaped("a<b> & \"c\"\u{1}") == "a&lt;b&gt; &amp; &quot;c&quot;\u{FFFD}")
    }
}

@Suite struct PlotTests {
    private func line(_ points: [(x: Double, y: Double)]) -> LinePlot {
        LinePlot(
            title: "Loss <of> \"a & b\"", xLabel: "step", yLabel: "loss",
            series: [.init("first", points), .init("second", points.map { (x: $0.x, y: $0.y / 2) }, showsPoints: true)])
    }

    private func elements(_ svg: String, _ name: String) throws -> Int {
        let counter = ElementCounter(), parser = XMLParser(data: Data(svg.utf8))
        parser.delegate = counter
        #expect(parser.parse(), "not well-formed: \(parser.parserError.map { "\($0)" } ?? "")")
        return counter.counts[name, default: 0]
    }

    @Test func linesAreDrawnWithTheirPoints() throws {
        let plot = line([(x: 1, y: 2), (x: 2, y: 1), (x: 3, y: .nan), (x: 4, y: 0.5)])
        #expect(try elements(plot.svg, "circle") == 3)
        #expect(plot.svg.contains(">Loss &lt;of&gt; &quot;a &amp; b&quot;</text>"))
        #expect(plot.svg == line([(x: 1, y: 2), (x: 2, y: 1), (x: 3, y: .nan), (x: 4, y: 0.5)]).svg)
    }

    @Test func aScatterPlotHasADotAPair() throws {
        let plot = ScatterPlot(
            title: "t", xLabel: "reader", yLabel: "prediction",
            points: [(x: 0, y: 1), (x: 280, y: 250), (x: 3, y: .infinity)])
        #expect(try elements(plot.svg, "circle") == 2)
    }

    @Test func aHistogramCountsEveryValueOnce() throws {
        let plot = HistogramPlot(
            title: "t", xLabel: "score", yLabel: "images", series: [.init("a", [0, 9.99, 10, 280]), .init("b", [-1])])
        let (bins, counts) = plot.counted
        #expect(bins.width == 10 && bins.first == -10)
        #expect(counts.map { $0.reduce(0, +) } == [4, 1])
        #expect(counts[0][1] == 2 && counts[0][2] == 1 && counts[1][0] == 1)
        #expect(try elements(plot.svg, "rect") == 1 + 2 + 4)
    }

    @Test func nothingToDrawIsSaid() throws {
        for svg in [
            line([]).svg, ScatterPlot(title: "", xLabel: "", yLabel: "", points: []).svg,
            HistogramPlot(title: "", xLabel: "", yLabel: "", series: []).svg,
        ] {
            #expect(try elements(svg, "svg") == 1)
        }
        #expect(line([]).svg.contains(">nothing yet<"))
    }

    @Test func extremeValuesAreDrawn() throws {
        for value in [1e99, -1e99, 1e-300, 5e8] {
            _ = try elements(line([(x: 0, y: value), (x: 1, y: 0)]).svg, "circle")
            _ = try elements(
                HistogramPlot(
                    title: "", xLabel: "", yLabel: "", series: [.init("", [value, 0, 1]), .init("", [value])]
                ).svg, "rect")
        }
    }
}

private final class ElementCounter: NSObject, XMLParserDelegate {
    var counts: [String: Int] = [:]

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        counts[name, default: 0] += 1
    }
}
