extension Image {
    /// Left and right exchanged; every value is kept.
    public var flippedHorizontally: Image {
        var result = self
        for row in 0..<height * channels {
            for x in 0..<width { result.samples[row * width + x] = samples[row * width + width - 1 - x] }
        }
        return result
    }

    /// Turned by 90° `quarterTurns` times, counterclockwise; every value is kept.
    public func rotated(quarterTurns: Int) -> Image {
        switch ((quarterTurns % 4) + 4) % 4 {
        case 1: moved(width: height, height: width) { x, y in (width - 1 - y, x) }
        case 2: moved(width: width, height: height) { x, y in (width - 1 - x, height - 1 - y) }
        case 3: moved(width: height, height: width) { x, y in (y, height - 1 - x) }
        default: self
        }
    }

    private func moved(width newWidth: Int, height newHeight: Int, from source: (Int, Int) -> (Int, Int)) -> Image {
        var result: [Float] = []
        result.reserveCapacity(samples.count)
        for channel in 0..<channels {
            for y in 0..<newHeight {
                for x in 0..<newWidth {
                    let (oldX, oldY) = source(x, y)
                    result.append(samples[(channel * height + oldY) * width + oldX])
                }
            }
        }
        return Image(width: newWidth, height: newHeight, channels: channels, samples: result)
    }
}
