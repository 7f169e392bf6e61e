import TesseraImaging

/// All that is done to an image before a network, in an exported model's metadata: what `ScoreScript` and other
/// programs follow to prepare raw images as we do. Steps come in the order of `order`.
struct ImageSteps: Encodable {
    /// Grows when a step comes to be done otherwise.
    let format = 1
    let order = ["scale", "channels", "resize", "place", "normalise"]
    /// What samples are divided by, for 8 and 16 bits. Palettes and smaller depths are expanded to 8 bits before.
    let largestSample = ["8": 255, "16": 65_535]
    let alpha = "dropped"
    /// Weights of the colours where the network takes one channel; where it takes more, grey is repeated.
    let grey = ["red": Luma.red, "green": 1 - Luma.red - Luma.blue, "blue": Luma.blue]
    let channels: Int
    let resize =
        "bilinear with antialiasing, half-pixel centres: a triangle as wide as the larger of an input and an output pixel, cut off at the borders, weights of sum 1"
    /// crop, pad or stretch (see `Fit`), with the film in the centre of the square.
    let fit: Fit
    let size: Int
    let rounding = "half away from zero"
    let background = 0
    /// (value − mean) / deviation for each channel.
    let mean: [Float]
    let deviation: [Float]

    init(_ preprocessing: Preprocessing) {
        channels = preprocessing.channels
        fit = preprocessing.fit
        size = preprocessing.size
        let count = preprocessing.channels
        mean = preprocessing.normalization?.mean ?? Array(repeating: 0, count: count)
        deviation = preprocessing.normalization?.deviation ?? Array(repeating: 1, count: count)
    }
}
