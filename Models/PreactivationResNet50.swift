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
            PreactivationBottleneck(name: name, outChannels: width, stride: stride, isDepthwise: false)
        }(x)
    }
}

/// The depthwise separable step between `PreactivationResNet50` and `ResNetDwise50`: the same plan, the 3 × 3
/// convolution of every bottleneck depthwise, so that it and the 1 × 1 convolution after it are a depthwise separable
/// one, without expansion. The paper's table is not public as text: this unit and the widths are our reading.
public struct ResNetDSC50: Layer {
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
            PreactivationBottleneck(name: name, outChannels: width, stride: stride, isDepthwise: true)
        }(x)
    }
}

/// 1 × 1 to a quarter of the channels (`reduce`), 3 × 3 (`filter`), 1 × 1 back (`expand`), with norm and ReLU before
/// each.
struct PreactivationBottleneck: Layer {
    let name: String
    let outChannels: Int
    let stride: Int
    let isDepthwise: Bool

    func forward(_ x: Symbol) -> Symbol {
        let inner = outChannels / 4
        let branch = Chain {
            Conv2D("reduce", inner, kernel: 1)
            NormReLU("norm2")
            Conv2D("filter", inner, kernel: 3, stride: stride, groups: isDepthwise ? inner : 1)
            NormReLU("norm3")
            Conv2D("expand", outChannels, kernel: 1)
        }
        return PreactivationResidual(name: "", outChannels: outChannels, stride: stride) { branch($0) }(x)
    }
}
