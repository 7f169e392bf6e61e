import TesseraImaging
import Testing

@Suite struct ResizeTests {
    private func close(_ a: [Float], _ b: [Float]) -> Bool {
        a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= 1e-6 }
    }

    /// Half of 4: the output's centres lie at 1 and 3, the triangle reaches 2 to both sides: weights 3/7, 3/7, 1/7.
    @Test func reducingWidensTheFilter() {
        let row = Image(width: 4, height: 1, samples: [0, 1, 2, 3])
        #expect(close(row.resized(width: 2, height: 1).samples, [5.0 / 7, 16.0 / 7]))
        let column = Image(width: 1, height: 4, samples: [0, 1, 2, 3])
        #expect(close(column.resized(width: 1, height: 2).samples, [5.0 / 7, 16.0 / 7]))
    }

    @Test func enlargingInterpolatesBetweenHalfPixelCenters() {
        #expect(
            close(
                Image(width: 2, height: 1, samples: [0, 1]).resized(width: 4, height: 1).samples, [0, 0.25, 0.75, 1]))
    }

    @Test func theSameSizeKeepsTheBits() {
        let image = randomImage(width: 13, height: 11, channels: 2, seed: 4)
        #expect(image.resized(width: 13, height: 11) == image)
    }

    @Test func aConstantStaysConstant() {
        let image = Image(width: 37, height: 19, repeating: 0.25)
        for (width, height) in [(5, 3), (100, 7), (1, 1), (36, 20)] {
            #expect(image.resized(width: width, height: height).samples.allSatisfy { abs($0 - 0.25) < 1e-6 })
        }
    }

    @Test func aWindowHasTheBitsOfTheWhole() {
        let image = randomImage(width: 40, height: 30, channels: 3, seed: 5)
        let whole = image.resized(width: 23, height: 37)
        let part = image.resized(width: 23, height: 37, window: PixelWindow(columns: 4..<15, rows: 20..<37))
        for channel in 0..<3 {
            for y in 0..<17 {
                for x in 0..<11 { #expect(part[x, y, channel] == whole[x + 4, y + 20, channel]) }
            }
        }
    }

    /// Stored numbers from PyTorch's `interpolate(mode="bilinear", antialias=True)` on sin(i), i counting the pixels of
    /// a 7 × 5 image.
    @Test func agreesWithPyTorch() {
        let image = Image(width: 7, height: 5, samples: (0..<35).map { Float(Sine.values[$0]) })
        #expect(close(image.resized(width: 3, height: 2).samples, Sine.reduced))
        #expect(close(image.resized(width: 9, height: 3).samples, Sine.mixed))
    }
}
