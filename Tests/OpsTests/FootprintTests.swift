import TesseraIR
import TesseraOps
import TesseraTensors
import TestSupport
import Testing

/// Every op's footprints against its definition: one row or column of an input is changed, and the outputs that move
/// are looked at.
@Suite struct FootprintTests {
    @Test func rangesOfOutputCells() {
        let window = Footprint(step: 2, first: -1, last: 1)
        #expect(window.range(of: 0..<1, extent: 10) == 0..<2 && window.range(of: 2..<4, extent: 10) == 3..<8)
        #expect(window.range(of: 5..<6, extent: 10) == 9..<10 && window.range(of: 6..<7, extent: 10).isEmpty)
        let transposed = Footprint(first: -1, last: 1, scale: 2)
        #expect(transposed.range(of: 0..<1, extent: 5) == 0..<1 && transposed.range(of: 1..<2, extent: 5) == 0..<2)
        #expect(transposed.range(of: 3..<6, extent: 5) == 1..<4)
        #expect(Footprint.repeated.range(of: 3..<7, extent: 1) == 0..<1)
        #expect(Footprint.same.range(of: 3..<3, extent: 9).isEmpty)
    }

    @Test func everyLocalOpIsLookedAt() {
        let seen = Set(Self.samples.map(\.op.mnemonic))
        let local = OpCatalog.standard.types.filter { $0 is any LocalOp.Type }.map { $0.mnemonic }
        #expect(Set(local).subtracting(seen).isEmpty)
    }

    @Test(arguments: samples) func footprintsAreThoseOfTheDefinition(_ sample: OpSample) throws {
        let walk = try FootprintWalk(sample)
        #expect(try walk.faults() == [])
    }

    @Test func aWrongFootprintIsFound() throws {
        let x = Draw.distinct("x", [1, 1, 9, 9])
        let pool = OpSample("planted", MaxPool(kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1]), [x])
        let right = try FootprintWalk(pool)
        #expect(try right.faults() == [])
        let rows = Footprint(step: 2, first: -1, last: 1)
        for wrong in [
            Footprint(step: 2, first: -1, last: 0), Footprint(step: 2, first: 0, last: 1),
            Footprint(step: 2, first: -2, last: 1), Footprint(step: 2, first: -1, last: 2),
        ] {
            #expect(try right.faults(replacing: ImageFootprint(rows: wrong, columns: rows)) != [])
            #expect(try right.faults(replacing: ImageFootprint(rows: rows, columns: wrong)) != [])
        }
    }

    /// Those of the walk over the catalogue, and larger images, in which every end of a footprint is reached.
    static let samples = (OpSamples.all + larger).filter { sample in
        let inputs = sample.inputs.map(\.type)
        guard let output = try? sample.op.outputTypes(for: inputs)[0],
            (inputs + [output]).allSatisfy({ $0.elementCount != 0 })
        else { return false }
        return (sample.op as? any LocalOp)?.footprints(for: sample.inputs.map(\.type))?.contains { $0 != nil } == true
    }

    private static let larger: [OpSample] = {
        let convolution = Convolution(strides: [2, 3], pads: [2, 1, 0, 3], dilations: [2, 1])
        let x = Draw.normal("x", [1, 2, 15, 14]), weight = Draw.normal("w", [3, 2, 3, 2])
        let y = try! convolution.outputTypes(for: [x.type, weight.type])[0].shape!
        let pool = MaxPool(kernel: [3, 2], strides: [2, 1], pads: [1, 0, 2, 1], dilations: [1, 2])
        let image = Draw.distinct("pool", [1, 2, 13, 12])
        let pooled = try! pool.outputTypes(for: [image.type])[0].shape!
        let average = AveragePool(kernel: [3, 2], strides: [2, 1], pads: [1, 0, 2, 1])
        let averaged = try! average.outputTypes(for: [image.type])[0].shape!
        return [
            OpSample("large", convolution, [x, weight]),
            OpSample(
                "large", ConvolutionInputGradient(of: convolution, spatial: [15, 14]), [Draw.normal("dy", y), weight]),
            OpSample("large", pool, [image]), OpSample("large", average, [image]),
            OpSample("large", MaxPoolGradient(of: pool), [Draw.normal("dy", pooled), image]),
            OpSample(
                "large", AveragePoolGradient(of: average, spatial: [13, 12]), [Draw.normal("dy", averaged)]),
            OpSample("rows", Concat(axis: 2), [Draw.normal("a", [1, 2, 3, 4]), Draw.normal("b", [1, 2, 5, 4])]),
            OpSample("columns", Concat(axis: -1), [Draw.normal("a", [1, 2, 3, 4]), Draw.normal("b", [1, 2, 3, 5])]),
            OpSample("rows", Slice(axis: 2, start: 1, end: 8, step: 3), [Draw.normal("a", [1, 2, 9, 4])]),
            OpSample("columns", Slice(axis: 3, start: 2, end: 7), [Draw.normal("a", [1, 2, 3, 9])]),
            OpSample(
                "rows", SliceGradient(of: Slice(axis: 2, start: 1, end: 8, step: 3), extent: 9),
                [Draw.normal("a", [1, 2, 3, 4])]),
            OpSample("image", BroadcastTo(shape: [2, 3, 4, 5]), [Draw.normal("a", [2, 3, 1, 5])]),
            OpSample("image", Add(), [Draw.normal("a", [2, 3, 4, 5]), Draw.normal("b", [2, 3, 4, 1])]),
            OpSample(
                "image", Where(),
                [Draw.flags("c", [1, 2, 3, 4]), Draw.normal("a", [1, 2, 3, 4]), Draw.normal("b", [1, 2, 3, 4])]),
            OpSample("image", Less(), [Draw.normal("a", [1, 2, 3, 4]), Draw.normal("b", [1, 2, 3, 4])]),
            OpSample("image", Cast(to: .float32), [Draw.normal("a", [1, 2, 3, 4])]),
        ]
            + ([Absolute(), Relu(), Sigmoid(), Sign(), Softplus(), Clip(low: -9, high: 9)] as [any Op]).map {
                OpSample("image", $0, [Draw.normal("a", [1, 2, 3, 4])])
            }
            + ([Subtract(), Multiply(), ReluGradient(), ClipGradient(low: -1, high: 1)] as [any Op]).map {
                OpSample("image", $0, [Draw.normal("a", [1, 2, 3, 4]), Draw.normal("b", [1, 2, 3, 4])])
            }
    }()
}

/// Changes every row and column of every input with a footprint, and compares what moves with what was promised.
private struct FootprintWalk {
    let op: any LocalOp
    let inputs: [Tensor]
    let footprints: [ImageFootprint?]
    let output: Tensor

    init(_ sample: OpSample) throws {
        op = sample.op as! any LocalOp
        inputs = sample.inputs
        footprints = op.footprints(for: inputs.map(\.type))!
        output = try OneNodeGraph(op, inputs).evaluated()[0]
    }

    /// What is wrong, in words: an output that moves without a promise, or an end of a footprint that is never reached.
    func faults(replacing replacement: ImageFootprint? = nil) throws -> [String] {
        try inputs.indices.flatMap { index -> [String] in
            guard let footprint = replacement ?? footprints[index] else { return [] }
            return try faults(index, axis: 2, footprint.rows) + faults(index, axis: 3, footprint.columns)
        }
    }

    private func faults(_ input: Int, axis: Int, _ footprint: Footprint) throws -> [String] {
        let extent = inputs[input].shape[axis], name = "input \(input), axis \(axis)"
        var faults: [String] = []
        /// For each end of the footprint, whether it lies inside for some output cell, and whether it moved that.
        var ends = (first: (inside: false, moved: false), last: (inside: false, moved: false))
        let moved = try (0..<extent).map { try cells(movedBy: input, axis: axis, at: $0) }
        for y in 0..<output.shape[axis] {
            let promised = footprint.range(of: y..<y + 1, extent: extent)
            for cell in 0..<extent where moved[cell].contains(y) && !promised.contains(cell) {
                faults.append("\(name): output \(y) reads \(cell), promised are \(promised)")
            }
            let (low, high) = (y * footprint.step + footprint.first, y * footprint.step + footprint.last)
            if low % footprint.scale == 0, (0..<extent).contains(low / footprint.scale), low >= 0 {
                ends.first.inside = true
                if moved[low / footprint.scale].contains(y) { ends.first.moved = true }
            }
            if high % footprint.scale == 0, (0..<extent).contains(high / footprint.scale), high >= 0 {
                ends.last.inside = true
                if moved[high / footprint.scale].contains(y) { ends.last.moved = true }
            }
        }
        if ends.first.inside, !ends.first.moved { faults.append("\(name): nothing reads the first of \(footprint)") }
        if ends.last.inside, !ends.last.moved { faults.append("\(name): nothing reads the last of \(footprint)") }
        return faults
    }

    /// The output rows or columns that move when a row or column of an input gets numbers far from the others.
    private func cells(movedBy input: Int, axis: Int, at cell: Int) throws -> Set<Int> {
        var moved = Set<Int>()
        for large in [100.0, -100] {
            var changed = inputs
            changed[input] = changed[input].replacing(axis: axis, at: cell, by: large)
            let result = try OneNodeGraph(op, changed).evaluated()[0]
            let inner = output.shape[(axis + 1)...].reduce(1, *)
            for (index, (a, b)) in zip(result.doubles(), output.doubles()).enumerated() where a != b {
                moved.insert(index / inner % output.shape[axis])
            }
        }
        return moved
    }
}

extension Tensor {
    /// With other elements at one index along an axis: flags turned around, numbers by `large` and its multiples.
    fileprivate func replacing(axis: Int, at cell: Int, by large: Double) -> Tensor {
        let inner = shape[(axis + 1)...].reduce(1, *)
        let isThere = { (index: Int) in index / inner % shape[axis] == cell }
        if element == .bool {
            return Tensor(array(of: Bool.self).enumerated().map { isThere($0) ? !$1 : $1 }, shape: shape)
        }
        let values = doubles().enumerated().map { isThere($0) ? large * Double(1 + $0 % 7) : $1 }
        return Tensor(doubles: values, element: element, shape: shape)
    }
}
