import TesseraTensors

/// What a person's bones look like inside: grain, walls and marrow. Drawn without any regard to the score.
struct BoneQuality {
    /// Strength of the trabecular pattern and its cells in one centimetre.
    let trabecular: Float, fineness: Float
    /// Thickness and brightness of the cortex relative to the average.
    let wall: Float, shell: Float
    /// How much darker the marrow of the shafts is, and how dense spongy bone.
    let marrow: Float, sponge: Float
    private let texture: NoiseTile

    init(_ stream: inout RandomStream) {
        func draw(_ low: Double, _ high: Double) -> Float { Float(stream.uniform(low...high)) }
        trabecular = draw(0.04, 0.085)
        fineness = draw(8, 10)
        wall = draw(0.8, 1.2)
        shell = draw(0.26, 0.4)
        marrow = draw(0.05, 0.15)
        sponge = draw(0.39, 0.45)
        texture = NoiseTile(&stream)
    }

    /// What the rays meet `depth` centimetres inside a bone's outline: a rounded body of spongy bone in a bright shell,
    /// of which grazing rays pass more. Along the shaft the walls are thick and the marrow between them is thin.
    func density(depth: Float, cortex: Float, _ place: Point, _ pixel: Float) -> Float {
        let body = min(depth / 0.5, 1)
        let thickness = max(cortex * wall, 0.6 * pixel)
        let rim = bell(max(depth - 0.7 * thickness, 0) / thickness) * min(1, 0.55 + depth / thickness)
        let hollow = (cortex - 0.05) / 0.11 * smoothStep((depth - cortex) / 0.2)
        let grain = texture(place * fineness) * 0.6 + texture(place * (2.1 * fineness) + Point(37, 11)) * 0.4
        let inside = sponge + 0.20 * body * (2 - body) - marrow * hollow
        return inside + shell * rim + trabecular * grain * smoothStep(depth / 0.12)
    }
}
