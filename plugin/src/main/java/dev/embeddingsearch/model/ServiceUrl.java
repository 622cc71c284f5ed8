/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.model;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A base URL, parsed by one strict grammar, so that the checked URL is the called one: no user, query, fragment,
 * percent escapes, dot segments or letters outside ASCII (an international host goes in its {@code xn--} form).
 */
record ServiceUrl(String scheme, String host, int port, String path) {

    static final String HOST = "[A-Za-z0-9_-]+(?:\\.[A-Za-z0-9_-]+)*|\\[[0-9A-Fa-f:.]+\\]";
    static final String PATH = "((?:/[A-Za-z0-9._~-]+)*)/?";

    private static final Pattern SHAPE = Pattern.compile("(?i:(https?))://(" + HOST + ")(?::([0-9]{1,5}))?" + PATH);

    /**
     * Parses a base URL.
     *
     * @throws IllegalArgumentException if it does not match the grammar
     */
    static ServiceUrl parse(String url) {
        Matcher matcher = SHAPE.matcher(url);
        if (!matcher.matches() || hasDotSegment(matcher.group(4))) {
            throw new IllegalArgumentException(
                    "expected a base URL like [https://api.openai.com/v1]: http or https, a host, a port and a path if"
                            + " need be and nothing else, got [" + url + "]");
        }
        String scheme = matcher.group(1).toLowerCase(Locale.ROOT);
        return new ServiceUrl(
                scheme,
                matcher.group(2).toLowerCase(Locale.ROOT),
                port(matcher.group(3), scheme, url),
                matcher.group(4));
    }

    static boolean hasDotSegment(String path) {
        return List.of(path.split("/", -1)).stream().anyMatch(segment -> segment.equals(".") || segment.equals(".."));
    }

    static int port(String digits, String scheme, String url) {
        if (digits == null) {
            return scheme.equals("https") ? 443 : 80;
        }
        int port = Integer.parseInt(digits);
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("expected a port between 1 and 65535 in [" + url + "]");
        }
        return port;
    }

    /** The URL in its normal form: lower case, without the scheme's default port and without a slash at the end. */
    @Override
    public String toString() {
        boolean usual = port == (scheme.equals("https") ? 443 : 80);
        return scheme + "://" + host + (usual ? "" : ":" + port) + path;
    }
}
