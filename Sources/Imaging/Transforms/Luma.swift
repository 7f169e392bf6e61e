/// The grey of a colour, with the weights of ITU-R BT.601 that torchvision uses.
package enum Luma {
    package static let red: Float = 0.2989, blue: Float = 0.114
    static let formula = "G + \(red) (R - G) + \(blue) (B - G)"

    /// As differences from green, so that R = G = B gives exactly that grey: 0.2989 + 0.587 + 0.114 is 0.9999.
    @inline(__always) static func grey(_ red: Float, _ green: Float, _ blue: Float) -> Float {
        green + (Self.red * (red - green) + Self.blue * (blue - green))
    }
}
