import com.android.apksig.ApkSigner;
import com.android.apksig.ApkVerifier;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Makes an APK of linked resources, R8's output and native libraries, signs it, and prints what takes how much of it.
 * Run as a single source file, with apksig on the class path:
 *
 * <pre>java PackApk.java RESOURCES.apk DEX_FOLDER JNI_FOLDERS KEYSTORE PASSWORD OUT.apk</pre>
 *
 * JNI_FOLDERS, of which there may be none, hold {@code <abi>/*.so}; what is not one of Android's four ABIs is left out.
 */
class PackApk {
    private static final List<String> ABIS = List.of("arm64-v8a", "armeabi-v7a", "x86", "x86_64");

    public static void main(String[] args) throws Exception {
        File out = new File(args[5]);
        File unsigned = new File(args[5] + ".unsigned");
        try (ZipOutputStream apk = new ZipOutputStream(Files.newOutputStream(unsigned.toPath()))) {
            try (ZipFile resources = new ZipFile(args[0])) {
                for (ZipEntry entry : resources.stream().collect(Collectors.toList())) {
                    boolean stored = entry.getMethod() == ZipEntry.STORED;
                    add(apk, entry.getName(), resources.getInputStream(entry).readAllBytes(), stored);
                }
            }
            for (Path dex : files(Path.of(args[1]), ".dex")) {
                add(apk, dex.getFileName().toString(), Files.readAllBytes(dex), false);
            }
            // By which coroutines find Android's main thread.
            Path services = Path.of(args[1], "META-INF/services");
            for (Path service : files(services, "")) {
                add(apk, "META-INF/services/" + service.getFileName(), Files.readAllBytes(service), false);
            }
            for (String folder : args[2].split(File.pathSeparator)) {
                for (String abi : ABIS) {
                    // Stored, and aligned by the signer: the phone maps them from here.
                    for (Path library : files(Path.of(folder, abi), ".so")) {
                        add(apk, "lib/" + abi + "/" + library.getFileName(), Files.readAllBytes(library), true);
                    }
                }
            }
        }
        sign(unsigned, out, new File(args[3]), args[4].toCharArray());
        Files.delete(unsigned.toPath());
        print(out);
    }

    private static List<Path> files(Path folder, String end) throws IOException {
        if (!Files.isDirectory(folder)) return List.of();
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(end)).sorted().collect(Collectors.toList());
        }
    }

    /** Under a fixed time: the same parts make the same file. */
    private static void add(ZipOutputStream apk, String name, byte[] bytes, boolean stored) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setTimeLocal(LocalDateTime.of(1981, 1, 1, 1, 1));
        if (stored) {
            CRC32 crc = new CRC32();
            crc.update(bytes);
            entry.setMethod(ZipEntry.STORED);
            entry.setSize(bytes.length);
            entry.setCrc(crc.getValue());
        }
        apk.putNextEntry(entry);
        apk.write(bytes);
        apk.closeEntry();
    }

    private static void sign(File unsigned, File out, File keystore, char[] password) throws Exception {
        KeyStore keys = KeyStore.getInstance(keystore, password);
        String alias = keys.aliases().nextElement();
        List<X509Certificate> chain = new ArrayList<>();
        for (var certificate : keys.getCertificateChain(alias)) chain.add((X509Certificate) certificate);
        var signer = new ApkSigner.SignerConfig.Builder(alias, (PrivateKey) keys.getKey(alias, password), chain).build();
        new ApkSigner.Builder(List.of(signer))
            .setInputApk(unsigned)
            .setOutputApk(out)
            .setLibraryPageAlignmentBytes(16 * 1024)
            .build()
            .sign();
        var verified = new ApkVerifier.Builder(out).build().verify();
        if (!verified.isVerified() || verified.containsErrors()) throw new IOException("not signed: " + verified.getErrors());
        System.out.println("signed: v2 " + verified.isVerifiedUsingV2Scheme() + ", v3 " + verified.isVerifiedUsingV3Scheme());
    }

    private static void print(File apk) throws IOException {
        long dex = 0, libraries = 0, other = 0;
        try (ZipFile zip = new ZipFile(apk)) {
            for (ZipEntry entry : zip.stream().collect(Collectors.toList())) {
                if (entry.getName().endsWith(".dex")) dex += entry.getCompressedSize();
                else if (entry.getName().endsWith(".so")) libraries += entry.getCompressedSize();
                else other += entry.getCompressedSize();
            }
        }
        System.out.printf("%s: %,d bytes (code %,d, libraries %,d, resources %,d)%n", apk.getName(), apk.length(), dex, libraries, other);
    }
}
