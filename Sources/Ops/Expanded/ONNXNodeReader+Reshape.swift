import TesseraIR
import TesseraTensors

extension ONNXNodeReader {
    /// The first input under other dimensions, one of which at most may be a name.
    func reshape(_ dimensions: [Dimension]) throws -> Value {
        let extents = dimensions.compactMap(\.value)
        if extents.count == dimensions.count { return try add(Reshape(exactly: extents), input(0)) }
        if extents.contains(0) {
            // Beside a 0 nothing is left for −1: names and zeros stay in their places.
            let type = try type(0)
            guard
                zip(dimensions.indices, dimensions).allSatisfy({
                    ($1.value ?? 0) != 0 || $0 < type.rank && type.dimensions[$0] == $1
                })
            else {
                throw failure("an extent of 0 beside names in \(dimensions)", accepted: "numbers: bind the names first")
            }
            return try add(Reshape(to: dimensions.map { $0.value ?? 0 }), input(0))
        }
        guard dimensions.filter({ $0.value == nil }).count <= 1 else {
            throw failure("several named dimensions in \(dimensions)", accepted: "one at most: bind the others first")
        }
        return try add(Reshape(to: dimensions.map { $0.value ?? -1 }), input(0))
    }
}
