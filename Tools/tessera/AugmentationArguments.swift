import ArgumentParser
import Tessera

/// The paper's augmentation, each step of which can be changed or switched off.
struct AugmentationArguments: ParsableArguments {
    @Flag(help: "Train on centre crops as they are.") var noAugmentation = false
    @Option(help: "The shorter side becomes size / s before the crop, s uniform between this and 1. (default: 0.9)")
    var smallestScale: Double?
    @Option(help: "Largest relative change of brightness. (default: 0.1)") var brightness: Double?
    @Option(help: "Largest relative change of contrast. (default: 0.1)") var contrast: Double?
    @Option(help: "Largest relative change of saturation, in colour images. (default: 0.1)") var saturation: Double?
    @Flag(help: "Do not flip left and right.") var noFlip = false
    @Flag(help: "Do not turn by quarters.") var noRotation = false

    /// The options of this group that were given.
    var given: [String] {
        let given: [(String, Bool)] = [
            ("--no-augmentation", noAugmentation), ("--smallest-scale", smallestScale != nil),
            ("--brightness", brightness != nil), ("--contrast", contrast != nil),
            ("--saturation", saturation != nil), ("--no-flip", noFlip), ("--no-rotation", noRotation),
        ]
        return given.filter(\.1).map(\.0)
    }

    func augmentation() throws -> Augmentation {
        var augmentation = noAugmentation ? Augmentation.none : Augmentation()
        if let smallestScale {
            guard (0.01...1).contains(smallestScale) else {
                throw TesseraError(at: "--smallest-scale", found: "\(smallestScale)", accepted: "0.01 to 1")
            }
            augmentation.scale = smallestScale...1
        }
        if let brightness { augmentation.brightness = brightness }
        if let contrast { augmentation.contrast = contrast }
        if let saturation { augmentation.saturation = saturation }
        if noFlip { augmentation.horizontalFlip = false }
        if noRotation { augmentation.quarterTurns = false }
        try augmentation.validate()
        return augmentation
    }
}
