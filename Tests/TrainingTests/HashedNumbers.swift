import TesseraTensors

/// Weights, images and signs as plain functions of a name and an index: the same bits as those of
/// `Tests/Interop/hashed_numbers.py`, which describes them.
enum HashedNumbers {
    static func seed(_ name: String) -> UInt64 {
        var hash = FNV1a()
        hash.combine(name)
        return hash.value
    }

    /// Output number `index` of SplitMix64 begun at `seed`.
    @inline(__always) static func hash(_ seed: UInt64, _ index: Int) -> UInt64 {
        var z = seed &+ UInt64(index + 1) &* 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    static func normals(_ name: String, _ count: Int) -> [Double] {
        let seed = seed(name), deviation = ((65536.0 * 65536.0 - 1) / 3).squareRoot()
        return (0..<count).map { index in
            let h = hash(seed, index)
            return Double(Int(h & 0xFFFF) + Int(h >> 16 & 0xFFFF) + Int(h >> 32 & 0xFFFF) + Int(h >> 48) - 131_070)
                / deviation
        }
    }

    static func parameter(_ path: String, _ shape: [Int]) -> Tensor {
        let n = normals(path, shape.reduce(1, *))
        let values: [Double]
        if shape.count > 1 {
            let deviation =
                (2 / Double(shape.dropFirst().reduce(1, *))).squareRoot() * (path.hasSuffix("project.weight") ? 0.3 : 1)
            values = n.map { $0 * deviation }
        } else if path == "head.bias" {
            values = n
        } else {
            let centre = path.hasSuffix("weight") ? 1 : normBias(path), spread = path.hasSuffix("weight") ? 0.2 : 0.1
            values = n.map { centre * (1 + spread * $0) }
        }
        return Tensor(values.map(Float.init), shape: shape)
    }

    private static func normBias(_ path: String) -> Double {
        let parts = path.split(separator: ".")
        guard parts[0] == "blocks", let block = Int(parts[1]) else { return 1 }
        return block < 3 ? 3.1 : block < 7 ? 2.9 : block < 13 ? 2.6 : 2.2
    }

    static func images(_ number: Int, _ batch: Int, _ channels: Int, _ size: Int) -> Tensor {
        let lattice = normals("lattice.\(number)", batch * channels * 81),
            noise = normals("noise.\(number)", batch * channels * size * size)
        let places = (0..<size).map { index in
            let position = Double(index) * 8 / Double(size)
            return (first: Int(position), part: position - Double(Int(position)))
        }
        var values = [Float](repeating: 0, count: noise.count)
        for plane in 0..<batch * channels {
            for (y, row) in places.enumerated() {
                let line = (0..<9).map { x in
                    lattice[plane * 81 + row.first * 9 + x] * (1 - row.part) + lattice[
                        plane * 81 + (row.first + 1) * 9 + x] * row.part
                }
                for (x, column) in places.enumerated() {
                    let index = (plane * size + y) * size + x
                    values[index] = Float(
                        line[column.first] * (1 - column.part) + line[column.first + 1] * column.part + 0.25
                            * noise[index])
                }
            }
        }
        return Tensor(values, shape: [batch, channels, size, size])
    }

    static func targets(_ number: Int, _ batch: Int) -> Tensor {
        Tensor(normals("target.\(number)", batch).map(Float.init), shape: [batch, 1])
    }

    /// Up to 512 values as they are; of more, 256 sums with random signs, of which the mean square is about the squared
    /// norm.
    static func sketch(_ path: String, _ values: [Double]) -> [Double] {
        guard values.count > 512 else { return values }
        let seed = seed("signs.\(path)")
        var sums = [Double](repeating: 0, count: 256)
        sums.withUnsafeMutableBufferPointer { sums in
            for (index, value) in values.enumerated() {
                for word in 0..<4 {
                    let signs = hash(seed, 4 * index + word)
                    for bit in 0..<64 {
                        sums[64 * word + bit] += Double(bitPattern: value.bitPattern ^ (signs >> UInt64(bit) & 1) << 63)
                    }
                }
            }
        }
        return sums
    }
}
