import TesseraIR
import TesseraLayers
import TesseraTensors

/// DenseNet-121 (Huang et al. 2016) as torchvision defines it: four dense blocks in which every layer adds `growth`
/// channels to what it reads, and transitions that halve channels and size. Paths are those of torchvision's
/// `state_dict`. He-normal weights over the fan in.
public struct DenseNet121: Layer {
    public let name = ""
    public var stemChannels: Int
    public var growth: Int
    public var depths = [6, 12, 24, 16]
    public var outputs: Int

    public init(outputs: Int = 1, stemChannels: Int = 64, growth: Int = 32) {
        self.outputs = outputs
        self.stemChannels = stemChannels
        self.growth = growth
    }

    public func forward(_ x: Symbol) -> Symbol {
        let features = Chain("features") {
            Conv2D("conv0", stemChannels, kernel: 7, stride: 2)
            NormReLU("norm0")
            MaxPool2D(kernel: 3, stride: 2, padding: 1)
            for (index, depth) in depths.enumerated() {
                for layer in 1...depth { DenseLayer(name: "denseblock\(index + 1).denselayer\(layer)", growth: growth) }
                if index + 1 < depths.count { Transition(name: "transition\(index + 1)") }
            }
            NormReLU("norm5")
        }
        return Dense("classifier", outputs, bias: .zeros)(GlobalAveragePool2D()(features(x)))
    }

    /// Norm, ReLU, 1 × 1 convolution to 4 · growth; norm, ReLU, 3 × 3 convolution to growth channels, joined behind the
    /// input's.
    struct DenseLayer: Layer {
        let name: String
        let growth: Int

        func forward(_ x: Symbol) -> Symbol {
            let added = Chain {
                NormReLU("norm1")
                Conv2D("conv1", 4 * growth, kernel: 1)
                NormReLU("norm2")
                Conv2D("conv2", growth, kernel: 3)
            }
            return concatenateChannels(x, added(x))
        }
    }

    /// Norm, ReLU, 1 × 1 convolution to half the channels, 2 × 2 average pool (an odd last row or column is dropped).
    struct Transition: Layer {
        let name: String

        func forward(_ x: Symbol) -> Symbol {
            Chain {
                NormReLU("norm")
                Conv2D("conv", x.channels / 2, kernel: 1)
                AveragePool2D(kernel: 2, stride: 2)
            }(x)
        }
    }
}
