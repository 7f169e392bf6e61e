import Foundation

/// Why an image may not get the score that it deserves: it loses parts, is enlarged, or is of another kind than the
/// images of the training.
struct ImageConcern: Sendable, Equatable {
    enum Kind: Int, Sendable, CaseIterable {
        case blank, emptyBits, inverted, brightness, contrast, cutSides, cutEnds, enlarged
    }

    let kind: Kind
    let found: String
    let accepted: String
    /// The larger, the more this image shows of it.
    let extent: Double

    /// The concerns about an image that goes through `preprocessing` to a network trained on `trainedOn`; nil where
    /// either is not known.
    static func all(_ image: ImageStatistics, _ preprocessing: Preprocessing?, trainedOn: TrainingImages?)
        -> [ImageConcern]
    {
        if image.isBlank { return [blank(image)] }
        let others = [emptyBits(image)] + (trainedOn.map { comparisons(image, $0) } ?? [])
        return (others + (preprocessing.map { geometry(image, $0) } ?? [])).compactMap(\.self)
    }

    private static func blank(_ image: ImageStatistics) -> ImageConcern {
        let what = image.brightest < 1.0 / 255 ? "black" : image.darkest > 254.0 / 255 ? "white" : "of one brightness"
        return ImageConcern(kind: .blank, found: "nothing to see: the image is \(what)", accepted: "a film", extent: 1)
    }

    private static func emptyBits(_ image: ImageStatistics) -> ImageConcern? {
        image.usedBits.map {
            ImageConcern(
                kind: .emptyBits, found: "16-bit samples that use \($0) bits, so that the image is nearly black",
                accepted: "samples over the whole range: multiply them by \(1 << (16 - $0))", extent: Double(16 - $0))
        }
    }

    private static func comparisons(_ image: ImageStatistics, _ training: TrainingImages) -> [ImageConcern?] {
        [
            inverted(image, training),
            unusual(.brightness, "mean brightness", image.mean, training.mean),
            unusual(.contrast, "contrast (standard deviation)", image.deviation, training.deviation),
        ]
    }

    /// Bright where the training images are dark: both differences between border and inside are clear, and opposite.
    private static func inverted(_ image: ImageStatistics, _ training: TrainingImages) -> ImageConcern? {
        let usual = training.border.median
        guard image.border * usual < 0, abs(image.border) > clearBorder, abs(usual) > clearBorder else { return nil }
        return ImageConcern(
            kind: .inverted,
            found: String(
                format: "a border %@ than the inside by %.2f, where that of the training images is %@: inverted?",
                image.border > 0 ? "brighter" : "darker", abs(image.border), usual > 0 ? "brighter" : "darker"),
            accepted: "the polarity of the training images", extent: abs(image.border))
    }

    static let clearBorder = 0.05

    private static func unusual(_ kind: Kind, _ name: String, _ value: Double, _ usual: TrainingImages.Spread)
        -> ImageConcern?
    {
        guard usual.isFar(value) else { return nil }
        return ImageConcern(
            kind: kind, found: String(format: "a %@ of %.3f", name, value),
            accepted: String(
                format: "about %.3f, as in training (%.3f to %.3f)", usual.median, usual.least, usual.largest),
            extent: abs(value - usual.median))
    }

    private static func geometry(_ image: ImageStatistics, _ preprocessing: Preprocessing) -> [ImageConcern?] {
        let shorter = min(image.width, image.height), longer = max(image.width, image.height)
        let size = "\(image.width) × \(image.height)", resized = preprocessing.fit == .pad ? longer : shorter
        let cut = 1 - Double(shorter) / Double(longer)
        var concerns: [ImageConcern?] = []
        if preprocessing.fit == .crop, cut >= 0.1 {
            let isWide = image.width > image.height
            concerns.append(
                ImageConcern(
                    kind: isWide ? .cutSides : .cutEnds,
                    found: String(
                        format: "%@ pixels, of which the square cuts %.0f %% off at %@", size, cut * 100,
                        isWide ? "left and right" : "top and bottom"),
                    accepted: "training with --fit pad keeps the whole film", extent: cut))
        }
        if resized < preprocessing.size {
            concerns.append(
                ImageConcern(
                    kind: .enlarged, found: "\(size) pixels, enlarged to \(preprocessing.size)",
                    accepted: "training with a --size of at most \(resized), or larger images",
                    extent: Double(preprocessing.size) / Double(resized)))
        }
        return concerns
    }

    /// The concerns as warnings, one a kind: up to three images by name, and what the worst of them shows.
    static func warnings(_ concerns: [(place: String, concern: ImageConcern)], of total: Int) -> [Finding] {
        Kind.allCases.compactMap { kind in
            let same = concerns.filter { $0.concern.kind == kind }
            guard let worst = same.max(by: { $0.concern.extent < $1.concern.extent }) else { return nil }
            let place = same.count == 1 ? worst.place : "\(same.count) of \(total) images, such as \(worst.place)"
            return Finding(.warning, at: place, found: worst.concern.found, accepted: worst.concern.accepted)
        }
    }
}
