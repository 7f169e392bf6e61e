import TesseraLayers
import TesseraTensors
import Testing

/// How parameters begin: of the stated distribution, and of seed and path alone.
@Suite struct InitializerTests {
    private static func moments(_ initializer: Initializer) -> (mean: Double, deviation: Double, largest: Double) {
        let values = initializer.tensor(shape: [200, 100], path: "weight", seed: 1).doubles()
        let mean = values.reduce(0, +) / Double(values.count)
        return (
            mean, (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot(),
            values.map(abs).max()!
        )
    }

    @Test func distributionsAreAsStated() {
        let he = Self.moments(.heNormal(fan: 50)), uniform = Self.moments(.uniform(limit: 0.3)),
            normal = Self.moments(.normal(deviation: 2))
        #expect(abs(he.mean) < 0.005 && abs(he.deviation - 0.2) < 0.004 && he.largest > 0.6)
        #expect(
            abs(uniform.mean) < 0.005 && abs(uniform.deviation - 0.3 / 3.0.squareRoot()) < 0.003
                && uniform.largest <= 0.3)
        #expect(abs(normal.mean) < 0.05 && abs(normal.deviation - 2) < 0.04)
        #expect(Initializer.ones.tensor(shape: [2], path: "x", seed: 1).doubles() == [1, 1])
        #expect(Initializer.zeros.tensor(shape: [2], path: "x", seed: 1).doubles() == [0, 0])
    }

    @Test func drawsDependOnSeedAndPathOnly() {
        func draw(_ path: String, _ seed: UInt64) -> Tensor {
            Initializer.heNormal(fan: 9).tensor(shape: [3, 3], path: path, seed: seed)
        }
        #expect(draw("a", 1) == draw("a", 1))
        #expect(draw("a", 1) != draw("b", 1))
        #expect(draw("a", 1) != draw("a", 2))
    }

    @Test func addingALayerChangesNoOthersParameters() throws {
        let small = Chain { Conv2D("a", 4, kernel: 3) }
        let large = Chain {
            Conv2D("first", 3, kernel: 1); Conv2D("a", 4, kernel: 3); NormReLU("norm")
        }
        let stores = try [small, large].map {
            try Model("test", input: TensorType(.float32, [1, 3, 8, 8]), layer: $0).initialParameters(seed: 5)
        }
        #expect(stores[0]["a.weight"] == stores[1]["a.weight"])
        #expect(
            stores[1]["norm.running_var"]?.doubles() == [1, 1, 1, 1]
                && stores[1]["norm.bias"]?.doubles() == [0, 0, 0, 0])
    }

    @Test func fansCountInputsOrOutputs() throws {
        func initializer(_ layer: any Layer) throws -> Initializer? {
            try Model("test", input: TensorType(.float32, [1, 6, 8, 8]), layer: layer).initializers["c.weight"]
        }
        #expect(try initializer(Conv2D("c", 4, kernel: 3)) == .heNormal(fan: 54))
        #expect(try initializer(Conv2D("c", 4, kernel: 3, groups: 2)) == .heNormal(fan: 27))
        #expect(try initializer(Conv2D("c", 4, kernel: 3, groups: 2, fan: .outgoing)) == .heNormal(fan: 36))
        #expect(try initializer(DepthwiseConv2D("c", kernel: 3)) == .heNormal(fan: 9))
    }
}
