import TesseraIR
import TesseraLayers
import TesseraTensors

/// ResNet-Dwise50 ("An Efficient CNN for Hand X-Ray Overall Scoring of Rheumatoid Arthritis", Complexity 2022): a 7 × 7
/// stem, inverted residuals with full pre-activation in four stages of 3, 4, 6 and 3, and one linear output; 50 layers
/// counting depthwise ones. The paper's table of widths is not public as text: 24-48-96-192 is our reading.
public struct ResNetDwise50: Layer {
    public let name = ""
    public var widths = [24, 48, 96, 192]
    public var depths = [3, 4, 6, 3]
    public var expansion = 6
    public var outputs = 1

    public init(widths: [Int] = [24, 48, 96, 192], outputs: Int = 1) {
        self.widths = widths
        self.outputs = outputs
    }

    public func forward(_ x: Symbol) -> Symbol {
        PreactivationNetwork(stemChannels: widths[0], widths: widths, depths: depths, outputs: outputs) {
            name, width, stride in
            InvertedResidual(name, width, expansion: expansion, stride: stride)
        }(x)
    }
}

/// One ResNet-Dwise unit: norm and ReLU before every convolution, nothing after the sum.
public struct InvertedResidual: Layer {
    public let name: String
    public var outChannels: Int
    public var expansion: Int
    public var stride: Int

    public init(_ name: String, _ outChannels: Int, expansion: Int = 6, stride: Int = 1) {
        self.name = name
        self.outChannels = outChannels
        self.expansion = expansion
        self.stride = stride
    }

    public func forward(_ x: Symbol) -> Symbol {
        let branch = Chain {
            Conv2D("expand", x.channels * expansion, kernel: 1)
            NormReLU("norm2")
            DepthwiseConv2D("filter", kernel: 3, stride: stride)
            NormReLU("norm3")
            Conv2D("project", outChannels, kernel: 1)
        }
        return PreactivationResidual(name: "", outChannels: outChannels, stride: stride) { branch($0) }(x)
    }
}
