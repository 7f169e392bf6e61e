import TesseraIR
import TesseraLayers
import TesseraTensors

/// An architecture that can be asked for by name. The name also stands in checkpoints as `TrainedModel.architecture`.
public struct ModelCatalogEntry: Sendable {
    public let name: String
    /// One line for a person.
    public let summary: String
    /// Height and width the model is usually used at.
    public let defaultSize: Int
    /// The architecture itself, with so many outputs.
    public let layer: @Sendable (_ outputs: Int) -> any Layer

    public init(
        name: String, summary: String, defaultSize: Int, layer: @escaping @Sendable (_ outputs: Int) -> any Layer
    ) {
        self.name = name
        self.summary = summary
        self.defaultSize = defaultSize
        self.layer = layer
    }

    /// The model from `image` [N, inputChannels, height, width] to `score` [N, outputs], the batch `N` left open.
    /// Without a width images are square, without a height of the default size. Throws where an extent is not positive
    /// or images are too small for the model.
    public func model(inputChannels: Int = 3, outputs: Int = 1, height: Int? = nil, width: Int? = nil) throws -> Model {
        let height = height ?? defaultSize, width = width ?? height
        guard inputChannels > 0, outputs > 0, height > 0, width > 0 else {
            throw TesseraError(
                at: name, found: "\(inputChannels) channels of \(height) × \(width) to \(outputs) outputs",
                accepted: "positive numbers")
        }
        func model(_ height: Int, _ width: Int) throws -> Model {
            let input = TensorType(.float32, ["N", .fixed(inputChannels), .fixed(height), .fixed(width)])
            return try Model(name, input: input, layer: layer(outputs))
        }
        do { return try model(height, width) } catch let error as TesseraError {
            // Where images of the usual size fit, these are too small.
            let smallest = Int.smallest(above: min(height, width), upTo: defaultSize) { (try? model($0, $0)) != nil }
            guard let smallest else { throw error }
            throw TesseraError(
                at: name, found: "images of \(height) × \(width)", accepted: "at least \(smallest) × \(smallest)")
        }
    }
}

/// Architectures by name.
public struct ModelCatalog: Sendable {
    public let entries: [ModelCatalogEntry]

    /// Names must differ.
    public init(_ entries: [ModelCatalogEntry]) {
        precondition(Set(entries.map(\.name)).count == entries.count, "two models have one name")
        self.entries = entries
    }

    /// The architectures of this folder.
    public static let standard = ModelCatalog([
        ModelCatalogEntry(
            name: "resnet-dwise50",
            summary: "ResNet-Dwise50: inverted residuals with full pre-activation, for whole hand radiographs",
            defaultSize: 1024
        ) { ResNetDwise50(outputs: $0) },
        ModelCatalogEntry(
            name: "preactivation-resnet50",
            summary: "ResNet-50 with full pre-activation and ResNet-D shortcuts, the baseline of ResNet-Dwise50",
            defaultSize: 1024
        ) { PreactivationResNet50(outputs: $0) },
        ModelCatalogEntry(
            name: "resnet-dsc50", summary: "the same with depthwise separable convolutions in place of the bottlenecks",
            defaultSize: 1024
        ) { ResNetDSC50(outputs: $0) },
        ModelCatalogEntry(name: "resnet50", summary: "ResNet-50 as in torchvision", defaultSize: 224) {
            ResNet50(outputs: $0)
        },
        ModelCatalogEntry(name: "densenet121", summary: "DenseNet-121 as in torchvision", defaultSize: 224) {
            DenseNet121(outputs: $0)
        },
        ModelCatalogEntry(
            name: "mobilenet-v2", summary: "MobileNetV2 as in torchvision, without dropout", defaultSize: 224
        ) { MobileNetV2(outputs: $0) },
    ])

    public var names: [String] { entries.map(\.name) }

    /// The entry of that name; throws an error that lists the names where there is none.
    public func entry(named name: String) throws -> ModelCatalogEntry {
        guard let entry = entries.first(where: { $0.name == name }) else {
            throw TesseraError(at: "model", found: "the name \"\(name)\"", accepted: names.joined(separator: ", "))
        }
        return entry
    }
}
