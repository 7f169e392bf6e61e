import TesseraTensors

/// From an image as read to what a network takes: `channels` × `size` × `size`, normalised.
///
/// `fit` says how images that are not square, or not of that size, become so: any image works, a smaller one is
/// enlarged. Resizing is bilinear with antialiasing (`ResizeWeights`).
public struct Preprocessing: Sendable, Codable, Equatable {
    public var size: Int
    public var channels: Int
    public var fit: Fit
    /// Nil leaves values in 0...1.
    public var normalization: Normalization?

    public init(size: Int, channels: Int = 1, fit: Fit = .crop, normalization: Normalization? = nil) throws {
        guard (1...PNG.largestSide).contains(size) else {
            throw TesseraError(at: "image size", found: "\(size)", accepted: "1...\(PNG.largestSide)")
        }
        guard (1...64).contains(channels) else {
            throw TesseraError(at: "image channels", found: "\(channels)", accepted: "1...64")
        }
        if let count = normalization?.mean.count, count != channels {
            throw TesseraError(
                at: "normalisation", found: "\(count) channels", accepted: "\(channels), as the images have")
        }
        self.size = size
        self.channels = channels
        self.fit = fit
        self.normalization = normalization
    }

    private enum CodingKeys: String, CodingKey { case size, channels, fit, normalization }

    /// What was written before there was a choice of fit is a crop.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            size: container.decode(Int.self, forKey: .size), channels: container.decode(Int.self, forKey: .channels),
            fit: container.decodeIfPresent(Fit.self, forKey: .fit) ?? .crop,
            normalization: container.decodeIfPresent(Normalization.self, forKey: .normalization))
    }

    /// Evaluation: the fit, in the centre, then normalisation.
    public func evaluation(_ image: Image) throws -> Image {
        var rows = ImageRows(image)
        return try evaluation(of: &rows)
    }

    /// Training: the steps of `augmentation` as drawn for this seed, epoch and sample, then normalisation.
    public func training(_ image: Image, _ augmentation: Augmentation, seed: UInt64, epoch: Int, index: Int) throws
        -> Image
    {
        var rows = ImageRows(image)
        return try apply(AugmentationDraw(augmentation, seed: seed, epoch: epoch, index: index), to: &rows)
    }

    func evaluation(of rows: inout some PixelRows) throws -> Image {
        try apply(AugmentationDraw(.none, seed: 0, epoch: 0, index: 0), to: &rows)
    }

    /// Throws where a film of so many channels does not fit: the one thing wrong with a file that can be read. Errors
    /// of reading name the file themselves.
    func check(channels count: Int, of path: String) throws {
        do { _ = try ChannelConversion(from: count, to: channels) } catch let error as TesseraError {
            throw error.within(path)
        }
    }

    /// Only the square that is needed is ever held; the film passes by row by row.
    func apply(_ draw: AugmentationDraw, to rows: inout some PixelRows) throws -> Image {
        let framing = Framing(
            fit, columns: rows.width, rows: rows.height, size: size, scale: draw.scale, place: draw.crop)
        let conversion = try ChannelConversion(from: rows.channels, to: channels)
        let film = try Image(
            resizing: &rows, planes: conversion, width: framing.width, height: framing.height, window: framing.window)
        var result = framing.placed(conversion.spread(film))
        if draw.flips { result = result.flippedHorizontally }
        result = result.adjustedBrightness(draw.brightness).adjustedContrast(draw.contrast).adjustedSaturation(
            draw.saturation)
        result = result.rotated(quarterTurns: draw.quarterTurns)
        return normalization?.applied(to: result) ?? result
    }
}
