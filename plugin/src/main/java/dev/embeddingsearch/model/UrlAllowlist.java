/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.model;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The places texts and keys may be sent to.
 *
 * <p>An entry is {@code scheme://host[:port][/path]}. All parts must match, never a prefix of the text: the scheme
 * exactly, the host exactly or, after {@code *.}, with exactly one label in place of the star, the port exactly (the
 * scheme's own when absent; {@code :*} for any), the path as whole leading segments.
 */
public final class UrlAllowlist {

    static final List<String> DEFAULT = List.of("https://api.openai.com", "https://*.openai.azure.com");

    // After a star the last label starts with a letter, so that no wildcard covers a numeric address.
    private static final Pattern SHAPE = Pattern.compile("(?i:(https?))://(?:(" + ServiceUrl.HOST
            + ")|\\*\\.((?:[A-Za-z0-9_-]+\\.)*[A-Za-z][A-Za-z0-9-]*))(?::([0-9]{1,5}|\\*))?" + ServiceUrl.PATH);
    private static final int ANY_PORT = -1;

    /** One allowed place; with {@code wildcard} the host lacks its first label. */
    record Entry(String scheme, boolean wildcard, String host, int port, String path) {

        static Entry parse(String text) {
            Matcher matcher = SHAPE.matcher(text);
            if (!matcher.matches() || ServiceUrl.hasDotSegment(matcher.group(5))) {
                throw new IllegalArgumentException(
                        "[embedding.url_allowlist] expects entries like [https://api.openai.com], [https://*.example.org]"
                                + " or [http://localhost:8080/v1], got [" + text + "]");
            }
            String scheme = matcher.group(1).toLowerCase(Locale.ROOT);
            boolean wildcard = matcher.group(2) == null;
            String host = matcher.group(wildcard ? 3 : 2).toLowerCase(Locale.ROOT);
            boolean anyPort = "*".equals(matcher.group(4));
            int port = anyPort ? ANY_PORT : ServiceUrl.port(matcher.group(4), scheme, text);
            return new Entry(scheme, wildcard, host, port, matcher.group(5));
        }

        boolean permits(ServiceUrl url) {
            return scheme.equals(url.scheme())
                    && matchesHost(url.host())
                    && (port == ANY_PORT || port == url.port())
                    && (url.path() + "/").startsWith(path + "/");
        }

        private boolean matchesHost(String name) {
            return wildcard
                    ? name.indexOf('.') > 0
                            && name.substring(name.indexOf('.') + 1).equals(host)
                    : name.equals(host);
        }
    }

    private static final Set<String> PUBLIC_HOSTS = Set.of("api.openai.com");

    private final List<Entry> entries;

    UrlAllowlist(List<Entry> entries) {
        this.entries = List.copyOf(entries);
    }

    boolean permits(ServiceUrl url) {
        return entries.stream().anyMatch(entry -> entry.permits(url));
    }

    /**
     * Whether an entry names this host in full, which allows the host to resolve to an inside address. Wildcards do not, nor
     * does OpenAI's own host, which is on the list by default.
     */
    public boolean namesHost(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        return !PUBLIC_HOSTS.contains(name)
                && entries.stream()
                        .anyMatch(entry -> !entry.wildcard() && entry.host().equals(name));
    }
}
