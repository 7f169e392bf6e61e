import TesseraIR
import TesseraOps
import TesseraTensors

/// Inference: a bias that alone is added to a product of rows by one matrix is what its sums begin with, which saves a
/// sweep over the result. The bias is then rounded with the first addend instead of the whole sum.
public struct FuseAddIntoProduct: RulePass {
    public static let name = "fuseAddIntoProduct"
    public static let summary = "begins the sums of a matrix product with the bias that is added to it"
    public init() {}

    public var rules: [any Rule] { [Bias()] }

    private struct Bias: Rule {
        func match(_ root: Add, _ node: Node, in sight: Sight) -> Match {
            for (value, bias) in [(node.inputs[0], node.inputs[1]), (node.inputs[1], node.inputs[0])] {
                guard let (producer, product) = sight.maker(of: value, MatrixMultiply.self), !product.transposesA,
                    sight.type(of: producer.inputs[1]).rank == 2,
                    sight.type(of: bias).dimensions == sight.type(of: value).dimensions.suffix(1)
                else { continue }
                guard sight.onlyReader(of: value) != nil else {
                    return .declined("the product \(producer.id) has other readers")
                }
                return .patch(
                    Patch("into \(producer.id)", covers: [producer, node], replaces: [node.output()]) {
                        try $0.add(MatrixMultiplyAdd(transposesB: product.transposesB), producer.inputs + [bias])
                    })
            }
            return .none
        }
    }
}
