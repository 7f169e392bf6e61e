import Foundation
import TesseraImaging
import Testing

@Suite struct FitTests {
    private func evaluated(_ image: Image, _ fit: Fit, size: Int) throws -> Image {
        try Preprocessing(size: size, fit: fit).evaluation(image)
    }

    @Test func cropTakesTheCentreAndLosesTheEnds() throws {
        let wide = Image(width: 8, height: 4, samples: (0..<32).map { Float($0) / 32 })
        #expect(try evaluated(wide, .crop, size: 4).samples == (0..<4).flatMap { y in (2..<6).map { wide[$0, y] } })
    }

    /// What the film leaves open is divided, the larger part below and to the right.
    @Test func padKeepsTheWholeFilmInTheMiddleOfBlack() throws {
        let wide = randomImage(width: 40, height: 18, seed: 1), whole = wide.resized(width: 20, height: 9)
        let square = try evaluated(wide, .pad, size: 20)
        for y in 0..<20 {
            for x in 0..<20 { #expect(square[x, y] == ((5..<14).contains(y) ? whole[x, y - 5] : 0)) }
        }
        let tall = randomImage(width: 3, height: 10, channels: 3, seed: 2)
        let enlarged = try Preprocessing(size: 20, channels: 3, fit: .pad).evaluation(tall)
        let film = tall.resized(width: 6, height: 20)
        for channel in 0..<3 {
            for x in 0..<20 { #expect(enlarged[x, 7, channel] == ((7..<13).contains(x) ? film[x - 7, 7, channel] : 0)) }
        }
    }

    @Test func stretchIsAResizeOfBothSides() throws {
        let wide = randomImage(width: 31, height: 17, seed: 3)
        #expect(try evaluated(wide, .stretch, size: 20) == wide.resized(width: 20, height: 20))
    }

    @Test func aSquareFilmIsTheSameInEveryFit() throws {
        for side in [5, 20, 33] {
            let square = randomImage(width: side, height: side, seed: 4)
            let crop = try evaluated(square, .crop, size: 20)
            for fit in Fit.allCases { #expect(try evaluated(square, fit, size: 20) == crop) }
        }
    }

    @Test func theBlackOfPaddingIsNormalisedAsTheFilmIs() throws {
        let preprocessing = try Preprocessing(
            size: 4, fit: .pad, normalization: Normalization(mean: [0.5], deviation: [0.25]))
        let square = try preprocessing.evaluation(Image(width: 4, height: 2, repeating: 1))
        #expect(square.samples == [-2, -2, -2, -2, 2, 2, 2, 2, 2, 2, 2, 2, -2, -2, -2, -2])
    }

    /// A white film in training: all of it lies in the square, reduced by the scale that was drawn, at many places.
    @Test func trainingNeverCutsAPaddedFilm() throws {
        let film = Image(width: 80, height: 50, repeating: 1), preprocessing = try Preprocessing(size: 40, fit: .pad)
        var options = Augmentation()
        (options.brightness, options.contrast, options.quarterTurns) = (0, 0, false)
        var places: Set<Int> = [], widths: Set<Int> = []
        for index in 0..<100 {
            let square = try preprocessing.training(film, options, seed: 1, epoch: 0, index: index)
            let lit = square.samples.indices.filter { square.samples[$0] > 0.99 }
            let width = Int((40 * AugmentationDraw(options, seed: 1, epoch: 0, index: index).scale).rounded())
            #expect(lit.count == width * Int((Double(width) * 50 / 80).rounded()))
            #expect(square.samples.allSatisfy { $0 == 0 || $0 > 0.99 })
            places.insert(lit.first!)
            widths.insert(width)
        }
        #expect(places.count > 30 && widths == [36, 37, 38, 39, 40])
        #expect(places.contains { $0 / 40 == 0 } && places.map { $0 / 40 }.max()! >= 14)
    }

    /// As the paper's crop of a film that is square: of 1 / scale, cut out anywhere.
    @Test func trainingCropsAStretchedFilm() throws {
        let film = randomImage(width: 60, height: 45, seed: 5),
            preprocessing = try Preprocessing(size: 20, fit: .stretch)
        var options = Augmentation.none
        (options.scale, options.randomCrop) = (0.5...0.5, true)
        for index in 0..<5 {
            let draw = AugmentationDraw(options, seed: 2, epoch: 0, index: index)
            let x = Int(draw.crop!.x * 21), y = Int(draw.crop!.y * 21)
            let expected = film.resized(
                width: 40, height: 40, window: PixelWindow(columns: x..<x + 20, rows: y..<y + 20))
            #expect(try preprocessing.training(film, options, seed: 2, epoch: 0, index: index) == expected)
        }
    }

    @Test func whatWasWrittenBeforeThereWasAChoiceIsACrop() throws {
        func decoded(_ json: String) throws -> Preprocessing {
            try JSONDecoder().decode(Preprocessing.self, from: Data(json.utf8))
        }
        #expect(try decoded(#"{"size": 8, "channels": 3}"#) == Preprocessing(size: 8, channels: 3))
        for fit in Fit.allCases {
            let preprocessing = try Preprocessing(size: 8, fit: fit)
            let json = String(decoding: try JSONEncoder().encode(preprocessing), as: UTF8.self)
            #expect(json.contains("\"fit\":\"\(fit.rawValue)\"") && json.contains("\"size\":8"))
            #expect(try decoded(json) == preprocessing)
        }
        #expect(throws: (any Error).self) { try decoded(#"{"size": 8, "channels": 1, "fit": "squeeze"}"#) }
        #expect(error { try decoded(#"{"size": 0, "channels": 1}"#) }?.location == "image size")
    }

    @Test func theSummaryNamesTheFit() throws {
        let texts = try Fit.allCases.map { try Preprocessing(size: 8, fit: $0).summary }
        #expect(Set(texts).count == 3 && texts.allSatisfy { $0.contains("antialiasing") && $0.contains("0.2989") })
    }
}
