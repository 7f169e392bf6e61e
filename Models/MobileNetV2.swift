import TesseraIR
import TesseraLayers
import TesseraTensors

/// MobileNetV2 (Sandler et al. 2018) at width 1 as torchvision defines it, with torchvision's `state_dict` paths and
/// initialisation (He-normal over the fan out; classifier normal with deviation 0.01 and zero bias). The dropout before
/// the classifier is left out, in training too.
public struct MobileNetV2: Layer {
    public let name = ""
    public var outputs: Int
    /// Stages of inverted residuals; only a stage's first unit has its stride.
    static let stages = [
        (expansion: 1, channels: 16, depth: 1, stride: 1), (expansion: 6, channels: 24, depth: 2, stride: 2),
        (expansion: 6, channels: 32, depth: 3, stride: 2),
        (expansion: 6, channels: 64, depth: 4, stride: 2), (expansion: 6, channels: 96, depth: 3, stride: 1),
        (expansion: 6, channels: 160, depth: 3, stride: 2),
        (expansion: 6, channels: 320, depth: 1, stride: 1),
    ]

    public init(outputs: Int = 1) { self.outputs = outputs }

    public func forward(_ x: Symbol) -> Symbol {
        var index = 0
        func next() -> String {
            defer { index += 1 }
            return "\(index)"
        }
        let features = Chain("features") {
            ConvNormReLU6(name: next(), outChannels: 32, kernel: 3, stride: 2)
            for stage in Self.stages {
                for position in 0..<stage.depth {
                    InvertedResidual(
                        name: next(), outChannels: stage.channels, expansion: stage.expansion,
                        stride: position == 0 ? stage.stride : 1)
                }
            }
            ConvNormReLU6(name: next(), outChannels: 1280, kernel: 1)
        }
        return Dense("classifier.1", outputs, weight: .normal(deviation: 0.01), bias: .zeros)(
            GlobalAveragePool2D()(features(x)))
    }

    /// Convolution (`0`), norm (`1`) and ReLU6.
    struct ConvNormReLU6: Layer {
        let name: String
        let outChannels: Int
        let kernel: Int
        var stride = 1
        var groups = 1

        func forward(_ x: Symbol) -> Symbol {
            Chain {
                Conv2D("0", outChannels, kernel: kernel, stride: stride, groups: groups, fan: .outgoing)
                BatchNorm("1")
                ReLU6()
            }(x)
        }
    }

    /// 1 × 1 expansion (none where it is 1), depthwise 3 × 3, linear 1 × 1 projection; summed with the input where the
    /// shape is the same.
    struct InvertedResidual: Layer {
        let name: String
        let outChannels: Int
        let expansion: Int
        let stride: Int

        func forward(_ x: Symbol) -> Symbol {
            let hidden = x.channels * expansion, first = expansion == 1 ? 0 : 1
            let branch = Chain("conv") {
                if expansion != 1 { ConvNormReLU6(name: "0", outChannels: hidden, kernel: 1) }
                ConvNormReLU6(name: "\(first)", outChannels: hidden, kernel: 3, stride: stride, groups: hidden)
                Conv2D("\(first + 1)", outChannels, kernel: 1, fan: .outgoing)
                BatchNorm("\(first + 2)")
            }(x)
            return stride == 1 && x.channels == outChannels ? branch + x : branch
        }
    }
}
