/// Where a hand lies in the image: from pixels to the plane of the hand and back. The left half shows one hand with its
/// thumb to the middle, the right half its mirror image.
struct Placement {
    /// Height (and width) of the image in centimetres at life size.
    static let fieldHeight: Float = 23.6
    /// Height of the wrist joint above the lower edge.
    private static let wristHeight: Float = 3.3

    let size: Int
    /// Centimetres of the hand's plane in one pixel.
    let pixel: Float
    private let origin: Point
    private let cosine: Float, sine: Float
    private let mirror: Float
    private let shiftedScale: Float

    init(size: Int, isRight: Bool, _ pose: HandPose) {
        self.size = size
        let cm = Self.fieldHeight / Float(size)
        pixel = cm / pose.scale
        shiftedScale = pose.scale / cm
        mirror = isRight ? -1 : 1
        let radians = Double(pose.rotation) * .pi / 180
        (cosine, sine) = (Float(TesseraImaging.cosine(radians)), Float(TesseraImaging.sine(radians)))
        let center = Self.fieldHeight * (isRight ? 0.77 : 0.23)
        origin = Point(center + mirror * pose.shift.x, Self.wristHeight + pose.shift.y) / cm
    }

    /// The hand's plane at the centre of a pixel (row 0 on top), or at any fractional position.
    func hand(x: Float, y: Float) -> Point {
        let q = Point((x - origin.x) * mirror, Float(size) - y - origin.y) / shiftedScale
        return Point(q.x * cosine - q.y * sine, q.x * sine + q.y * cosine)
    }

    /// The fractional pixel position of a point of the hand.
    func image(_ p: Point) -> Point {
        let q = Point(p.x * cosine + p.y * sine, p.y * cosine - p.x * sine) * shiftedScale
        return Point(origin.x + q.x * mirror, Float(size) - origin.y - q.y)
    }

    /// The pixels that may show something inside `bounds`.
    func pixels(_ bounds: Bounds) -> PixelWindow? {
        var box = Bounds()
        for x in [bounds.low.x, bounds.high.x] {
            for y in [bounds.low.y, bounds.high.y] { box.include(image(Point(x, y)), margin: 2) }
        }
        let low = pointwiseMax(box.low, Point()), high = pointwiseMin(box.high, Point(repeating: Float(size)))
        guard low.x < high.x, low.y < high.y else { return nil }
        return PixelWindow(columns: Int(low.x)..<Int(high.x), rows: Int(low.y)..<Int(high.y))
    }
}
