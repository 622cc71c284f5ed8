/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.faults;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.concurrent.Callable;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;

/** A certificate for {@code localhost}, made by the JDK's own keytool, and a way to have clients trust it. */
public final class SelfSigned {

    private static final String PASSWORD = "password";
    private static final List<String> PROPERTIES =
            List.of("javax.net.ssl.trustStore", "javax.net.ssl.trustStorePassword", "javax.net.ssl.trustStoreType");

    private final Path file;

    public SelfSigned(Path folder) throws IOException, InterruptedException {
        this.file = folder.resolve("localhost.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-J-Duser.language=en",
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-alias",
                        "localhost",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost,ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        PASSWORD,
                        "-keystore",
                        file.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("keytool.log").toFile())
                .start();
        if (keytool.waitFor() != 0) {
            throw new IOException("keytool failed: " + Files.readString(folder.resolve("keytool.log")));
        }
    }

    /** For the server. */
    public SSLSocketFactory sockets() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD.toCharArray());
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context.getSocketFactory();
    }

    /** Makes something that trusts this certificate, and nothing else, for as long as it lives. */
    public <T> T trustedBy(Callable<T> maker) throws Exception {
        List<String> before = PROPERTIES.stream().map(System::getProperty).toList(); // null where there is none
        List<String> during = List.of(file.toString(), PASSWORD, "PKCS12");
        try {
            set(during);
            return maker.call();
        } finally {
            set(before);
        }
    }

    private static void set(List<String> values) {
        for (int i = 0; i < PROPERTIES.size(); i++) {
            if (values.get(i) == null) {
                System.clearProperty(PROPERTIES.get(i));
            } else {
                System.setProperty(PROPERTIES.get(i), values.get(i));
            }
        }
    }
}
