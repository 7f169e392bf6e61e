/// The grey of a colour, with the weights of ITU-R BT.601 that torchvision uses.
enum Luma {
    static let formula = "G + 0.2989 (R - G) + 0.114 (B - G)"

    /// As differences from green, so that R = G = B gives exactly that grey: 0.2989 + 0.587 + 0.114 is 0.9999.
    @inline(__always) static func grey(_ red: Float, _ green: Float, _ blue: Float) -> Float {
        green + (0.2989 * (red - green) + 0.114 * (blue - green))
    }
}
