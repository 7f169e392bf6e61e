import TesseraIR
import TesseraLayers
import TesseraTensors

/// The bottleneck baseline of the ResNet-Dwise50 paper (Complexity 2022): ResNet-50 with full pre-activation (He et al.
/// 2016) and ResNet-D shortcuts. Not torchvision's ResNet-50, which is `ResNet50`. The paper's table of widths is not
/// public as text: 256-512-1024-2048, with a quarter of them inside a bottleneck, is our reading.
public struct PreactivationResNet50: Layer {
    public let name = ""
    public var widths: [Int]
    public var depths = [3, 4, 6, 3]
    public var outputs: Int

    public init(widths: [Int] = [256, 512, 1024, 2048], outputs: Int = 1) {
        self.widths = widths
        self.outputs = outputs
    }

    public func forward(_ x: Symbol) -> Symbol {
        PreactivationNetwork(stemChannels: widths[0] / 4, widths: widths, depths: depths, outputs: outputs) {
            name, width, stride in
            PreactivationBottleneck(name: name, outChannels: width, stride: stride)
        }(x)
    }
}

/// 1 × 1 to a quarter of the channels (`reduce`), 3 × 3 (`filter`), 1 × 1 back (`expand`), with norm and ReLU before
/// each.
struct PreactivationBottleneck: Layer {
    let name: String
    let outChannels: Int
    let stride: Int

    func forward(_ x: Symbol) -> Symbol {
        let inner = outChannels / 4
        let branch = Chain {
            Conv2D("reduce", inner, kernel: 1)
            NormReLU("norm2")
            Conv2D("filter", inner, kernel: 3, stride: stride)
            NormReLU("norm3")
            Conv2D("expand", outChannels, kernel: 1)
        }
        return PreactivationResidual(name: "", outChannels: outChannels, stride: stride) { branch($0) }(x)
    }
}

/// The depthwise separable step between `PreactivationResNet50` and `ResNetDwise50`: every bottleneck replaced by one
/// depthwise 3 × 3 convolution and the 1 × 1 convolution after it, without expansion. The paper's table is not public
/// as text: this unit and the widths are our reading, at which it has an eighth of the bottlenecks' parameters, as the
/// paper says.
public struct ResNetDSC50: Layer {
    public let name = ""
    public var widths: [Int]
    public var depths = [3, 4, 6, 3]
    public var outputs: Int

    public init(widths: [Int] = [96, 192, 384, 768], outputs: Int = 1) {
        self.widths = widths
        self.outputs = outputs
    }

    public func forward(_ x: Symbol) -> Symbol {
        PreactivationNetwork(stemChannels: widths[0], widths: widths, depths: depths, outputs: outputs) {
            name, width, stride in
            let branch = Chain {
                DepthwiseConv2D("filter", kernel: 3, stride: stride)
                NormReLU("norm2")
                Conv2D("project", width, kernel: 1)
            }
            return PreactivationResidual(name: name, outChannels: width, stride: stride) { branch($0) }
        }(x)
    }
}
