/// This release of Tessera, as `tessera --version` prints it and exported files name it.
public enum Release {
    public static let version = "0.1.0"
}
