import TesseraImaging
import Testing

/// A resize of rows as they come adds in the order of two passes over the whole: the same bits.
@Suite struct ResizerTests {
    /// Across, then down, each output from its inputs in ascending order.
    private func inTwoPasses(_ image: Image, width: Int, height: Int) -> Image {
        let across = ResizeWeights(input: image.width, output: width, window: 0..<width)
        let down = ResizeWeights(input: image.height, output: height, window: 0..<height)
        var narrow = Image(width: width, height: image.height, channels: image.channels)
        var result = Image(width: width, height: height, channels: image.channels)
        for channel in 0..<image.channels {
            for y in 0..<image.height {
                for x in 0..<width {
                    for k in 0..<across.counts[x] {
                        narrow[x, y, channel] +=
                            image[across.starts[x] + k, y, channel] * across.weights[x * across.stride + k]
                    }
                }
            }
            for y in 0..<height {
                for x in 0..<width {
                    for k in 0..<down.counts[y] {
                        result[x, y, channel] +=
                            down.weights[y * down.stride + k] * narrow[x, down.starts[y] + k, channel]
                    }
                }
            }
        }
        return result
    }

    @Test(arguments: [(7, 5), (40, 30), (41, 9), (3, 90), (200, 100), (1, 1)])
    func givesTheBitsOfTwoPasses(width: Int, height: Int) {
        for channels in [1, 3] {
            let image = randomImage(width: 40, height: 30, channels: channels, seed: 11)
            #expect(image.resized(width: width, height: height) == inTwoPasses(image, width: width, height: height))
        }
    }
}
