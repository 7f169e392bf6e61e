import TesseraIR
import TesseraLayers
import TesseraOps
import TesseraTensors
import Testing

/// Layers: paths, types, the first failure of a model's author, and how parameters begin.
@Suite struct LayerTests {
    private static let image = TensorType(.float32, ["N", 3, 8, 8])

    private static func block() -> Chain {
        Chain("block") {
            Conv2D("conv", 4, kernel: 3, stride: 2, bias: true)
            NormReLU("norm")
            Chain("deep") {
                for index in 0..<2 { DepthwiseConv2D("\(index)", kernel: 3) }
            }
            Lambda { $0 + $0 }
            GlobalAveragePool2D()
            Dense("head", 1)
        }
    }

    @Test func parametersStandUnderTheirLayersPath() throws {
        let model = try Model("test", input: Self.image, layer: Self.block())
        #expect(
            model.graph.states.map { "\($0.state.path) \($0.state.kind.rawValue) \($0.state.type)" } == [
                "block.conv.weight parameter f32[4,3,3,3]", "block.conv.bias parameter f32[4]",
                "block.norm.weight parameter f32[4]", "block.norm.bias parameter f32[4]",
                "block.norm.running_mean statistic f32[4]", "block.norm.running_var statistic f32[4]",
                "block.deep.0.weight parameter f32[4,1,3,3]",
                "block.deep.1.weight parameter f32[4,1,3,3]", "block.head.weight parameter f32[1,4]",
                "block.head.bias parameter f32[1]",
            ])
        #expect(
            model.graph.nodes.filter { !($0.op is State) }.map { "\($0.op.mnemonic) @\($0.path) \($0.outputTypes[0])" }
                == [
                    "input @ f32[N,3,8,8]", "conv @block.conv f32[N,4,4,4]", "batchNorm @block.norm f32[N,4,4,4]",
                    "relu @block.norm f32[N,4,4,4]", "conv @block.deep.0 f32[N,4,4,4]",
                    "conv @block.deep.1 f32[N,4,4,4]", "add @block f32[N,4,4,4]", "reduceMean @block f32[N,4,1,1]",
                    "reshape @block f32[N,4]", "linear @block.head f32[N,1]",
                ])
        #expect(model.graph.outputs.map(\.name) == ["score"])
        try Verifier.verify(model.graph)
    }

    @Test func aLayerUsedTwiceSharesItsParameters() throws {
        let shared = Conv2D("shared", 3, kernel: 1)
        let model = try Model("test", input: Self.image, layer: Chain("", [shared, shared]))
        #expect(model.graph.states.map(\.state.path) == ["shared.weight"])
        #expect(model.graph.nodes.filter { $0.op is Convolution }.count == 2)
    }

    @Test func chainsTakeConditionsAndLists() throws {
        let isDeep = true, rest: [any Layer] = [ReLU(), ReLU6()]
        let chain = Chain {
            if isDeep { MaxPool2D(kernel: 2, stride: 2) } else { AveragePool2D(kernel: 2, stride: 2) }
            if !isDeep { ReLU() }
            rest
        }
        let model = try Model("test", input: Self.image, layer: chain)
        #expect(model.graph.nodes.map(\.op.mnemonic) == ["input", "maxPool", "relu", "clip"])
    }

    static var mistakes: [(layer: Chain, message: String)] {
        [
            (
                Chain("stage") {
                    Conv2D("a", 4, kernel: 9, padding: 0); Conv2D("b", 4, kernel: 9, padding: 0)
                },
                "stage.a: conv: a window of 9 (stride 1) over 8 cells with pads 0 and 0; accepted: a window that fits"
            ),
            (
                Chain("stage") { Lambda("sum") { $0 + Conv2D("a", 4, kernel: 1)($0) } },
                "stage.sum: add: the shapes [N,3,8,8] and [N,4,8,8]; accepted: shapes that broadcast: equal extents or 1, aligned at the last axis"
            ),
            (
                Chain { Conv2D("grouped", 4, kernel: 1, groups: 2) },
                "grouped: 3 channels in 2 groups; accepted: channels divisible by the groups"
            ),
            (Chain { Conv2D("none", 0, kernel: 1) }, "none.weight: the shape [0, 3, 1, 1]; accepted: positive extents"),
            (Chain { Dense("head", 2) }, "head: linear: x of type f32[N,3,8,8]; accepted: rank 2"),
            (
                Chain("twice") {
                    Conv2D("same", 3, kernel: 1); Conv2D("same", 4, kernel: 1)
                },
                "twice.same.weight: a second use as parameter f32[4,3,1,1]"
            ),
        ]
    }

    /// One mistake, whatever follows from it: where it is, the op and the shapes.
    @Test(arguments: 0..<mistakes.count)
    func theFirstMistakeIsTold(_ index: Int) {
        let error = #expect(throws: TesseraError.self) {
            try Model("test", input: Self.image, layer: Self.mistakes[index].layer)
        }
        #expect(error?.description.hasPrefix(Self.mistakes[index].message) == true, "\(error?.description ?? "")")
    }

    @Test func channelsMustBeANumber() {
        let error = #expect(throws: TesseraError.self) {
            try Model("test", input: TensorType(.float32, ["N", "C", 8, 8]), layer: Chain("a") { NormReLU("b") })
        }
        #expect(
            error?.description
                == "a.b: the channels of a value of type f32[N,C,8,8]; accepted: [N, C, …] with a number for C")
    }
}
