/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.model;

import java.util.List;
import org.opensearch.test.OpenSearchTestCase;

public class UrlAllowlistTests extends OpenSearchTestCase {

    private static final UrlAllowlist DEFAULTS = allow("https://api.openai.com", "https://*.openai.azure.com");

    public void testDefaultPlaces() {
        assertPermits(DEFAULTS, "https://api.openai.com");
        assertPermits(DEFAULTS, "https://api.openai.com/v1");
        assertPermits(DEFAULTS, "https://API.OpenAI.com:443/v1/");
        assertPermits(DEFAULTS, "https://my-resource.openai.azure.com");
    }

    public void testLookAlikesAreRefused() {
        for (String url : List.of(
                "https://api.openai.com.evil.org/v1",
                "https://api.openai.comevil.org",
                "https://evil-api.openai.com",
                "https://x.api.openai.com",
                "https://openai.com",
                "http://api.openai.com",
                "https://api.openai.com:8443",
                "https://openai.azure.com",
                "https://a.b.openai.azure.com",
                "https://a.openai.azure.com.evil.org",
                "https://evilopenai.azure.com",
                "https://127.0.0.1",
                "https://[::1]")) {
            assertFalse(url, DEFAULTS.permits(ServiceUrl.parse(url)));
        }
    }

    public void testUrlsWithTricksAreNone() {
        for (String url : List.of(
                "https://api.openai.com@evil.org",
                "https://user:pass@api.openai.com",
                "https://api.openai.com\\@evil.org",
                "https://api.openai.com#@evil.org",
                "https://api.openai.com?x=evil.org",
                "https://api.openai.com/v1/../admin",
                "https://api.openai.com/./v1",
                "https://api.openai.com/%2e%2e/admin",
                "https://api.openai.com./v1",
                "https://api..openai.com",
                "https://api.openai.com:0",
                "https://api.openai.com:99999",
                "https://api.openai.com/a//b",
                "https://аpi.openai.com", // the first letter is Cyrillic
                "https://api.openai.com\r\nX: y",
                " https://api.openai.com",
                "ftp://api.openai.com",
                "file:///etc/passwd",
                "https://",
                "")) {
            assertThrows(url, IllegalArgumentException.class, () -> ServiceUrl.parse(url));
        }
    }

    public void testPortAndPath() {
        UrlAllowlist list = allow("http://localhost:8080/v1", "http://127.0.0.1:*", "http://[::1]:9000");
        assertPermits(list, "http://localhost:8080/v1");
        assertPermits(list, "http://LOCALHOST:8080/v1/embed");
        assertPermits(list, "http://127.0.0.1:" + randomIntBetween(1, 65535));
        assertPermits(list, "http://[::1]:9000/v1");
        assertFalse(list.permits(ServiceUrl.parse("http://localhost:8080/v10")));
        assertFalse(list.permits(ServiceUrl.parse("http://localhost:8080")));
        assertFalse(list.permits(ServiceUrl.parse("http://localhost:8081/v1")));
        assertFalse(list.permits(ServiceUrl.parse("http://127.0.0.2:80")));
    }

    public void testOnlyHostsNamedInFullMayBeInside() {
        UrlAllowlist list =
                allow("https://api.openai.com/v1", "https://*.openai.azure.com", "https://embed.corp.example");
        assertTrue(list.namesHost("Embed.corp.example"));
        assertFalse(list.namesHost("api.openai.com"));
        assertFalse(list.namesHost("my.openai.azure.com"));
    }

    public void testBadEntriesAreRefused() {
        for (String entry :
                List.of("https://*", "*", "https://*.0.0.1", "https://a.*.org", "https://x*.org", "x.org", "")) {
            Exception e = assertThrows(IllegalArgumentException.class, () -> UrlAllowlist.Entry.parse(entry));
            assertTrue(e.getMessage(), e.getMessage().contains("got [" + entry + "]"));
        }
    }

    private static void assertPermits(UrlAllowlist list, String url) {
        assertTrue(url, list.permits(ServiceUrl.parse(url)));
    }

    private static UrlAllowlist allow(String... entries) {
        return new UrlAllowlist(
                List.of(entries).stream().map(UrlAllowlist.Entry::parse).toList());
    }
}
