import TesseraTensors

extension Tensor {
    /// The largest difference from a tensor of the same shape over the largest size in that; infinite where shapes
    /// differ or only one of two elements is no number. Infinities must agree.
    package func distance(from expected: Tensor) -> Double {
        guard shape == expected.shape else { return .infinity }
        let expectedValues = expected.doubles()
        var difference = 0.0, size = 1e-30
        for (a, b) in zip(doubles(), expectedValues) where !(a.isNaN && b.isNaN) && a != b {
            difference = (a - b).isFinite ? max(difference, abs(a - b)) : .infinity
        }
        for b in expectedValues where b.isFinite { size = max(size, abs(b)) }
        return difference / size
    }

    /// Floating-point elements in another type; everything else as it is.
    package func floating(_ element: ElementType) -> Tensor {
        self.element.isFloatingPoint ? converted(to: element) : self
    }

    /// Same type and shape and equal numbers; 0 and −0 are equal, and so are all that are no number.
    package func equals(_ other: Tensor) -> Bool { element == other.element && distance(from: other) == 0 }
}
