extension Image {
    /// Every sample times `factor`, clamped to 0...1 (torchvision's `adjust_brightness`).
    public func adjustedBrightness(_ factor: Float) -> Image {
        factor == 1 ? self : mapped { min(max($0 * factor, 0), 1) }
    }

    /// Blended with the mean of its grey version, clamped to 0...1 (torchvision's `adjust_contrast`).
    public func adjustedContrast(_ factor: Float) -> Image {
        if factor == 1 { return self }
        let grey = grey
        let mean = Float(grey.samples.reduce(0.0) { $0 + Double($1) } / Double(pixelCount))
        let shift = (1 - factor) * mean
        return mapped { min(max($0 * factor + shift, 0), 1) }
    }

    /// Blended with its grey version, clamped to 0...1 (torchvision's `adjust_saturation`). A grey image stays as it
    /// is.
    public func adjustedSaturation(_ factor: Float) -> Image {
        if factor == 1 || channels < 3 { return self }
        let grey = grey.samples
        var result = self
        for channel in 0..<3 {
            for i in 0..<pixelCount {
                let value = samples[channel * pixelCount + i] * factor + grey[i] * (1 - factor)
                result.samples[channel * pixelCount + i] = min(max(value, 0), 1)
            }
        }
        return result
    }
}
