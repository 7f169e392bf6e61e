/// The word SYNTHETIC in the lower middle of a phantom, as a film's side marker would stand: an image that loses its
/// file name still says what it is. It is the same for every score.
enum SyntheticMark {
    /// Below this side the letters could not be read, and the mark is left out.
    static let smallestSide = 192

    private static let brightness: Float = 0.85
    /// Seven rows of five columns a letter, the leftmost column in the highest bit.
    private static let letters: [Character: [UInt8]] = [
        "S": [0b01111, 0b10000, 0b10000, 0b01110, 0b00001, 0b00001, 0b11110],
        "Y": [0b10001, 0b10001, 0b01010, 0b00100, 0b00100, 0b00100, 0b00100],
        "N": [0b10001, 0b11001, 0b10101, 0b10101, 0b10011, 0b10001, 0b10001],
        "T": [0b11111, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100],
        "H": [0b10001, 0b10001, 0b10001, 0b11111, 0b10001, 0b10001, 0b10001],
        "E": [0b11111, 0b10000, 0b10000, 0b11110, 0b10000, 0b10000, 0b11111],
        "I": [0b01110, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110],
        "C": [0b01110, 0b10001, 0b10000, 0b10000, 0b10000, 0b10001, 0b01110],
    ]

    /// Draws the mark into a grey image; smaller images than `smallestSide` stay as they are.
    static func draw(in image: inout Image) {
        guard image.width >= smallestSide else { return }
        let word = Array("SYNTHETIC"), dot = max(1, image.width / 320)
        let left = (image.width - word.count * 6 * dot) / 2, top = image.height - 10 * dot
        for (place, letter) in word.enumerated() {
            guard let rows = letters[letter] else { preconditionFailure("the mark has no letter \(letter)") }
            for (row, bits) in rows.enumerated() {
                for column in 0..<5 where bits & (0b10000 >> UInt8(column)) != 0 {
                    for y in 0..<dot {
                        for x in 0..<dot {
                            image[left + (place * 6 + column) * dot + x, top + row * dot + y] = brightness
                        }
                    }
                }
            }
        }
    }
}
