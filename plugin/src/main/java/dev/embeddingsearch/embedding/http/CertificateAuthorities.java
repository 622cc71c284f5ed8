/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.http;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.OkHttpClient;
import org.opensearch.common.settings.Setting;
import org.opensearch.common.settings.Settings;

/**
 * The certificate authorities that are trusted to sign the certificate of a service: those of the JDK, and those in the
 * files of {@code embedding.ssl.certificate_authorities}. Verification cannot be switched off.
 */
public final class CertificateAuthorities {

    /** PEM files inside the configuration folder of OpenSearch. */
    public static final Setting<List<String>> FILES = Setting.listSetting(
            "embedding.ssl.certificate_authorities", List.of(), Function.identity(), Setting.Property.NodeScope);

    /** The authorities of the JDK alone. */
    public static final CertificateAuthorities OF_JDK = new CertificateAuthorities(List.of());

    private final List<Certificate> added;

    private CertificateAuthorities(List<Certificate> added) {
        this.added = added;
    }

    /**
     * Reads the files.
     *
     * @throws IllegalArgumentException if a file is outside {@code configDir}, cannot be read or holds no certificate
     */
    public static CertificateAuthorities of(Settings settings, Path configDir) {
        List<Certificate> all = new ArrayList<>();
        for (String name : FILES.get(settings)) {
            all.addAll(read(name, configDir.toAbsolutePath().normalize()));
        }
        return new CertificateAuthorities(List.copyOf(all));
    }

    private static Collection<? extends Certificate> read(String name, Path configDir) {
        Path file = configDir.resolve(name).normalize();
        if (!file.startsWith(configDir)) {
            throw problem(name, "expected a file inside [" + configDir + "], got [" + file + "]", null);
        }
        try (InputStream in = Files.newInputStream(file)) {
            Collection<? extends Certificate> certificates =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (certificates.isEmpty()) {
                throw problem(name, "expected certificates in PEM, got none in [" + file + "]", null);
            }
            return certificates;
        } catch (IOException e) {
            throw problem(name, "cannot read [" + file + "]: " + e, e);
        } catch (CertificateException e) {
            throw problem(name, "expected certificates in PEM, got something else in [" + file + "]", e);
        }
    }

    private static IllegalArgumentException problem(String name, String words, Exception cause) {
        return new IllegalArgumentException("[" + FILES.getKey() + "] has [" + name + "]: " + words, cause);
    }

    /** Makes a client trust these authorities. */
    void applyTo(OkHttpClient.Builder client) {
        if (added.isEmpty()) {
            return; // OkHttp trusts those of the JDK by default
        }
        try {
            KeyStore together = KeyStore.getInstance(KeyStore.getDefaultType());
            together.load(null, null);
            int count = 0;
            for (X509Certificate known : trustManager(null).getAcceptedIssuers()) {
                together.setCertificateEntry("jdk-" + count++, known);
            }
            for (Certificate own : added) {
                together.setCertificateEntry("own-" + count++, own);
            }
            X509TrustManager trust = trustManager(together);
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(null, new TrustManager[] {trust}, null);
            client.sslSocketFactory(tls.getSocketFactory(), trust);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("cannot set up TLS with [" + FILES.getKey() + "]", e);
        }
    }

    private static X509TrustManager trustManager(KeyStore store) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509TrustManager x509) {
                return x509;
            }
        }
        throw new IllegalStateException("expected a trust manager for X.509, got none");
    }
}
