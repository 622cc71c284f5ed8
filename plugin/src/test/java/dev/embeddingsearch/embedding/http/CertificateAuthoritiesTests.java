/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.http;

import static org.hamcrest.Matchers.containsString;

import dev.embeddingsearch.embedding.EmbeddingException;
import dev.embeddingsearch.embedding.dispatch.EmbeddingClient;
import dev.embeddingsearch.embedding.dispatch.EmbeddingClientTestCase;
import dev.embeddingsearch.testkit.Reply;
import dev.embeddingsearch.testkit.TextVectors;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import mockwebserver3.MockWebServer;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.After;
import org.junit.Before;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.rest.RestStatus;

/** A service whose certificate comes from an authority that only this test knows. */
public class CertificateAuthoritiesTests extends EmbeddingClientTestCase {

    private final HeldCertificate authority = build(new HeldCertificate.Builder().certificateAuthority(0));
    private final MockWebServer tlsServer = new MockWebServer();
    private Path config;

    /** Makes one whatever the locale of the test: OkHttp writes its dates in the digits of that locale. */
    private static HeldCertificate build(HeldCertificate.Builder builder) {
        Locale locale = Locale.getDefault();
        Locale.setDefault(Locale.ROOT);
        try {
            return builder.build();
        } finally {
            Locale.setDefault(locale);
        }
    }

    @Before
    public void startTlsServer() throws IOException {
        HeldCertificate own =
                build(new HeldCertificate.Builder().signedBy(authority).addSubjectAlternativeName("localhost"));
        tlsServer.useHttps(
                new HandshakeCertificates.Builder().heldCertificate(own).build().sslSocketFactory());
        tlsServer.enqueue(
                response(Reply.vectors(List.of(TextVectors.of("a", 1536)))).build());
        tlsServer.start(InetAddress.getLoopbackAddress(), 0);
        config = createTempDir();
    }

    @After
    public void stopTlsServer() {
        tlsServer.close();
    }

    private CertificateAuthorities of(String... files) {
        return CertificateAuthorities.of(
                Settings.builder()
                        .putList("embedding.ssl.certificate_authorities", files)
                        .build(),
                config);
    }

    private EmbeddingClient tlsClient() {
        return client("url", "https://localhost:" + tlsServer.getPort() + "/v1");
    }

    public void testServiceOfAnAddedAuthorityIsTrusted() throws IOException {
        HeldCertificate another = build(new HeldCertificate.Builder().certificateAuthority(0));
        Files.createDirectory(config.resolve("certs"));
        Files.writeString(config.resolve("certs/ca.pem"), another.certificatePem() + authority.certificatePem());
        authorities = of("certs/ca.pem");
        assertVector("a", 1536, embed(tlsClient(), "a").getFirst());
    }

    public void testServiceOfAnyOtherAuthorityIsNot() throws IOException {
        Files.writeString(
                config.resolve("other.pem"),
                build(new HeldCertificate.Builder().certificateAuthority(0)).certificatePem());
        for (CertificateAuthorities trusted : new CertificateAuthorities[] {of(), of("other.pem")}) {
            authorities = trusted;
            EmbeddingException failure = failure(tlsClient(), "a");
            assertEquals(RestStatus.BAD_REQUEST, failure.status());
            assertThat(
                    failure.getMessage(),
                    containsString("has a certificate that is not trusted for it; an authority of your own goes into"
                            + " [embedding.ssl.certificate_authorities]"));
        }
        assertEquals(0, tlsServer.getRequestCount());
    }

    public void testCertificateOfAnotherHostIsNot() throws IOException {
        Files.writeString(config.resolve("ca.pem"), authority.certificatePem());
        authorities = of("ca.pem");
        EmbeddingException failure = failure(client("url", "https://127.0.0.1:" + tlsServer.getPort() + "/v1"), "a");
        assertThat(failure.getMessage(), containsString("has a certificate that is not trusted for it"));
    }

    public void testBadFilesAreNamed() throws IOException {
        Files.writeString(config.resolve("empty.pem"), "");
        Files.writeString(config.resolve("words.pem"), "-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----\n");
        assertRefused("../ca.pem", "expected a file inside [");
        assertRefused("/etc/ca.pem", "expected a file inside [");
        assertRefused("missing.pem", "cannot read [");
        assertRefused("empty.pem", "expected certificates in PEM, got none in [");
        assertRefused("words.pem", "expected certificates in PEM, got something else in [");
    }

    private void assertRefused(String file, String words) {
        Exception e = expectThrows(IllegalArgumentException.class, () -> of(file));
        assertThat(
                e.getMessage(), containsString("[embedding.ssl.certificate_authorities] has [" + file + "]: " + words));
    }
}
