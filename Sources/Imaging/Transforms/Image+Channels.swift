extension Image {
    /// The image with `count` channels: alpha is dropped, grey is repeated, colour becomes grey by `Luma`; colour has
    /// only 1 or 3 channels to give.
    public func converted(toChannels count: Int) throws -> Image {
        let conversion = try ChannelConversion(from: channels, to: count)
        return conversion.spread(
            Image(
                width: width, height: height, channels: conversion.planes,
                samples: conversion.planes(of: samples, pixels: pixelCount)))
    }

    /// `Luma` of the first three channels, or the first channel of a grey image.
    var grey: Image { try! converted(toChannels: 1) }
}
