import TesseraIR
import TesseraLayers
import TesseraTensors

/// ResNet-50 (He et al. 2015) as torchvision defines it: the stride of a bottleneck on its 3 × 3 convolution, He-normal
/// weights over the fan out. Paths are those of torchvision's `state_dict`, so exported weights load by name.
public struct ResNet50: Layer {
    public let name = ""
    /// Channels between the 1 × 1 convolutions of a stage's bottlenecks; the stage gives 4 times as many.
    public var widths: [Int]
    public var depths = [3, 4, 6, 3]
    public var outputs: Int

    public init(outputs: Int = 1, widths: [Int] = [64, 128, 256, 512]) {
        self.outputs = outputs
        self.widths = widths
    }

    public func forward(_ x: Symbol) -> Symbol {
        var x = Chain {
            Conv2D("conv1", widths[0], kernel: 7, stride: 2, fan: .outgoing)
            NormReLU("bn1")
            MaxPool2D(kernel: 3, stride: 2, padding: 1)
        }(x)
        for (stage, (width, depth)) in zip(widths, depths).enumerated() {
            for position in 0..<depth {
                x = Bottleneck(
                    name: "layer\(stage + 1).\(position)", width: width, stride: position == 0 && stage > 0 ? 2 : 1)(x)
            }
        }
        return Dense("fc", outputs)(GlobalAveragePool2D()(x))
    }

    /// 1 × 1, 3 × 3 and 1 × 1 convolutions, each with its norm; ReLU after the sum with the (projected) input.
    struct Bottleneck: Layer {
        let name: String
        let width: Int
        let stride: Int

        func forward(_ x: Symbol) -> Symbol {
            let outChannels = 4 * width
            let branch = Chain {
                Conv2D("conv1", width, kernel: 1, fan: .outgoing)
                NormReLU("bn1")
                Conv2D("conv2", width, kernel: 3, stride: stride, fan: .outgoing)
                NormReLU("bn2")
                Conv2D("conv3", outChannels, kernel: 1, fan: .outgoing)
                BatchNorm("bn3")
            }(x)
            guard stride != 1 || x.channels != outChannels else { return ReLU()(branch + x) }
            let projection = Chain("downsample") {
                Conv2D("0", outChannels, kernel: 1, stride: stride, fan: .outgoing)
                BatchNorm("1")
            }
            return ReLU()(branch + projection(x))
        }
    }
}
