import TesseraOps
import TesseraTensors
import TestSupport

extension OpSamples {
    static let comparison = [
        OpSample("images", Less(), [Draw.normal("a", [2, 5, 3, 7]), Draw.normal("b", [2, 5, 3, 7])], exact: true),
        OpSample("a scalar", Less(), [Draw.normal("a", [3, 19]), Draw.normal("b", [])], exact: true),
        OpSample(
            "integers", Less(), [Tensor([1, 2, 3] as [Int64], shape: [3]), Tensor([3, 2, 1] as [Int64], shape: [3])],
            exact: true),
        OpSample(
            "images", Where(),
            [Draw.flags("c", [2, 5, 3, 7]), Draw.normal("a", [2, 5, 3, 7]), Draw.normal("b", [2, 5, 3, 7])], exact: true
        ),
        OpSample(
            "broadcasting", Where(),
            [Draw.flags("c", [2, 1, 3, 7]), Draw.normal("a", [5, 1, 1]), Draw.normal("b", [])], exact: true),
        OpSample(
            "rows", Where(), [Draw.flags("c", [4, 1]), Draw.normal("a", [4, 6]), Draw.normal("b", [6])], exact: true),
        OpSample(
            "integers", Where(),
            [Draw.flags("c", [3]), Tensor([1, 2, 3] as [Int16], shape: [3]), Tensor([-1] as [Int16], shape: [1])],
            exact: true),
    ]
}
