import Foundation
import TesseraImaging
import Testing

@Suite struct AugmentationTests {
    private let three = Image(width: 2, height: 3, samples: [1, 2, 3, 4, 5, 6])

    @Test func flipsAndTurnsMoveValuesOnly() {
        #expect(three.flippedHorizontally.samples == [2, 1, 4, 3, 6, 5])
        // 1 2        2 4 6
        // 3 4   →    1 3 5   counterclockwise
        // 5 6
        let turned = three.rotated(quarterTurns: 1)
        #expect(turned == Image(width: 3, height: 2, samples: [2, 4, 6, 1, 3, 5]))
        #expect(three.rotated(quarterTurns: 2).samples == [6, 5, 4, 3, 2, 1])
        #expect(three.rotated(quarterTurns: 3) == three.rotated(quarterTurns: -1))
        #expect(turned.rotated(quarterTurns: 3) == three)
        let color = randomImage(width: 5, height: 3, channels: 3, seed: 1)
        #expect(color.flippedHorizontally.flippedHorizontally == color)
        #expect(color.rotated(quarterTurns: 1).rotated(quarterTurns: 1) == color.rotated(quarterTurns: 2))
    }

    /// By hand from torchvision's formulas.
    @Test func colorStepsFollowTorchvision() {
        func close(_ a: [Float], _ b: [Float]) -> Bool { zip(a, b).allSatisfy { abs($0 - $1) < 1e-6 } }
        let grey = Image(width: 2, height: 1, samples: [0.2, 0.95])
        #expect(close(grey.adjustedBrightness(1.1).samples, [0.22, 1]))
        #expect(close(grey.adjustedContrast(0.9).samples, [0.2375, 0.9125]))
        #expect(grey.adjustedSaturation(0.5) == grey)
        let red = Image(width: 1, height: 1, channels: 3, samples: [1, 0, 0])
        #expect(close(red.adjustedSaturation(0.5).samples, [0.64945, 0.14945, 0.14945]))
        #expect(close(red.adjustedContrast(0.5).samples, [0.64945, 0.14945, 0.14945]))
    }

    @Test func evaluationIsResizeAndCenterCrop() throws {
        let wide = Image(width: 8, height: 4, samples: (0..<32).map { Float($0) / 32 })
        let result = try Preprocessing(size: 4).evaluation(wide)
        #expect(result.samples == (0..<4).flatMap { y in (2..<6).map { x in wide[x, y] } })
    }

    @Test func normalizationComesLast() throws {
        let normalization = try Normalization(mean: [0.5], deviation: [0.25])
        let image = Image(width: 2, height: 2, samples: [0, 0.5, 0.75, 1])
        #expect(try Preprocessing(size: 2, normalization: normalization).evaluation(image).samples == [-2, 0, 1, 2])
        #expect(error { try Preprocessing(size: 2, channels: 3, normalization: normalization) } != nil)
        #expect(error { try Normalization(mean: [0], deviation: [0]) } != nil)
    }

    /// Smaller images, other aspect ratios, single pixels: always size × size, within the image's range of values, or 0
    /// where a padded film leaves the square open.
    @Test(arguments: [(1, 1), (3, 50), (50, 3), (10, 10), (64, 65), (3000, 1)], Fit.allCases)
    func everyShapeGivesASquare(_ shape: (width: Int, height: Int), _ fit: Fit) throws {
        let preprocessing = try Preprocessing(size: 16, fit: fit), (width, height) = shape
        let image = randomImage(width: width, height: height, seed: 6)
        var options = Augmentation()
        (options.brightness, options.contrast) = (0, 0)
        for index in 0..<20 {
            let result = try preprocessing.training(image, options, seed: 1, epoch: 0, index: index)
            #expect(result.width == 16 && result.height == 16 && result.channels == 1)
            #expect(
                result.samples.allSatisfy { $0 >= image.samples.min()! - 1e-6 || (fit == .pad && $0 == 0) }
                    && result.samples.max()! <= image.samples.max()! + 1e-6)
        }
    }

    @Test(arguments: Fit.allCases) func withoutStepsTrainingIsEvaluation(_ fit: Fit) throws {
        let image = randomImage(width: 20, height: 30, seed: 7), preprocessing = try Preprocessing(size: 12, fit: fit)
        #expect(
            try preprocessing.training(image, .none, seed: 3, epoch: 4, index: 5) == preprocessing.evaluation(image))
    }

    /// The steps of one draw, made one after the other from the public pieces.
    @Test func theOrderIsThePapers() throws {
        let image = randomImage(width: 40, height: 30, channels: 3, seed: 8)
        let preprocessing = try Preprocessing(
            size: 20, channels: 3, normalization: Normalization(mean: [0.1, 0.2, 0.3], deviation: [1, 2, 3]))
        for index in 0..<8 {
            let draw = AugmentationDraw(Augmentation(), seed: 9, epoch: 2, index: index)
            let shorter = Int((20 / draw.scale).rounded()), longer = Int((Double(shorter) * 40 / 30).rounded())
            let x = Int(draw.crop!.x * Double(longer - 19)), y = Int(draw.crop!.y * Double(shorter - 19))
            var expected = image.resized(
                width: longer, height: shorter, window: PixelWindow(columns: x..<x + 20, rows: y..<y + 20))
            if draw.flips { expected = expected.flippedHorizontally }
            expected = expected.adjustedBrightness(draw.brightness).adjustedContrast(draw.contrast).adjustedSaturation(
                draw.saturation)
            expected = preprocessing.normalization!.applied(to: expected.rotated(quarterTurns: draw.quarterTurns))
            #expect(try preprocessing.training(image, Augmentation(), seed: 9, epoch: 2, index: index) == expected)
        }
    }

    @Test func drawsCoverTheirRanges() {
        let draws = (0..<400).map { AugmentationDraw(Augmentation(), seed: 1, epoch: 0, index: $0) }
        #expect(
            draws.allSatisfy {
                (0.9...1).contains($0.scale) && (0.9...1.1).contains($0.brightness) && (0.9...1.1).contains($0.contrast)
            })
        #expect(draws.map(\.scale).min()! < 0.905 && draws.map(\.scale).max()! > 0.995)
        #expect(Set(draws.map(\.quarterTurns)) == [0, 1, 2, 3])
        let flips = draws.count { $0.flips }
        #expect((150...250).contains(flips))
    }

    @Test func drawsDependOnSeedEpochAndIndexOnly() {
        let one = AugmentationDraw(Augmentation(), seed: 1, epoch: 2, index: 3)
        #expect(one == AugmentationDraw(Augmentation(), seed: 1, epoch: 2, index: 3))
        #expect(one != AugmentationDraw(Augmentation(), seed: 2, epoch: 2, index: 3))
        #expect(one != AugmentationDraw(Augmentation(), seed: 1, epoch: 3, index: 3))
        #expect(one != AugmentationDraw(Augmentation(), seed: 1, epoch: 2, index: 4))
        var withoutCrop = Augmentation()
        withoutCrop.randomCrop = false
        let other = AugmentationDraw(withoutCrop, seed: 1, epoch: 2, index: 3)
        #expect(other.crop == nil && other.brightness == one.brightness && other.quarterTurns == one.quarterTurns)
    }

    @Test func optionsAreCheckedAndSurviveJSON() throws {
        var options = Augmentation()
        options.contrast = 0.3
        #expect(try JSONDecoder().decode(Augmentation.self, from: JSONEncoder().encode(options)) == options)
        options.scale = 0.9...1.2
        #expect(error { try options.validate() }?.location == "augmentation.scale")
    }

    @Test func channelsAreRepeatedOrReduced() throws {
        let grey = Image(width: 2, height: 1, samples: [0.25, 0.5])
        #expect(try grey.converted(toChannels: 3).samples == [0.25, 0.5, 0.25, 0.5, 0.25, 0.5])
        let greyAlpha = Image(width: 1, height: 1, channels: 2, samples: [0.25, 0.5])
        #expect(try greyAlpha.converted(toChannels: 1).samples == [0.25])
        let color = Image(width: 1, height: 1, channels: 4, samples: [1, 0, 0, 0.5])
        #expect(try color.converted(toChannels: 3).samples == [1, 0, 0])
        #expect(try color.converted(toChannels: 1).samples == [0.2989])
        // The weights of green and blue, and of all three together.
        func luma(_ samples: [Float]) throws -> Float {
            try Image(width: 1, height: 1, channels: 3, samples: samples).converted(toChannels: 1).samples[0]
        }
        #expect(try abs(luma([0, 1, 0]) - 0.5871) < 1e-6 && abs(luma([0, 0, 1]) - 0.114) < 1e-6)
        #expect(error { try color.converted(toChannels: 2) }?.accepted == "1 or 3")
    }
}
