/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.walk;

import java.util.Map;
import java.util.function.IntPredicate;

/**
 * Git's wildcards over paths (the algorithm is known as wildmatch): {@code ?} and {@code *} stop at slashes, {@code **}
 * between slashes stands for any number of folders, brackets hold classes. Patterns and paths come as bytes, each a
 * character of a string, since git compares bytes.
 */
final class Wildmatch {

    private static final Map<String, IntPredicate> CLASSES = Map.ofEntries(
            Map.entry("alnum", c -> isLetter(c) || isDigit(c)),
            Map.entry("alpha", Wildmatch::isLetter),
            Map.entry("blank", c -> c == ' ' || c == '\t'),
            Map.entry("cntrl", c -> c < ' ' || c == 0x7f),
            Map.entry("digit", Wildmatch::isDigit),
            Map.entry("graph", c -> c > ' ' && c < 0x7f),
            Map.entry("lower", c -> c >= 'a' && c <= 'z'),
            Map.entry("print", c -> c >= ' ' && c < 0x7f),
            Map.entry("punct", c -> c > ' ' && c < 0x7f && !isLetter(c) && !isDigit(c)),
            Map.entry("space", c -> c == ' ' || (c >= '\t' && c <= '\r')),
            Map.entry("upper", c -> c >= 'A' && c <= 'Z'),
            Map.entry("xdigit", c -> isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')));

    private static final char NONE = 0;

    private final String pattern;
    private final String path;
    private final boolean ignoreCase;
    /** By position in both: tried in vain behind a star. Without it patterns of many stars take exponential time. */
    private boolean[] failed;

    private Wildmatch(String pattern, String path, boolean ignoreCase) {
        this.pattern = pattern;
        this.path = ignoreCase ? lower(path) : path;
        this.ignoreCase = ignoreCase;
    }

    static boolean matches(String pattern, String path, boolean ignoreCase) {
        return new Wildmatch(pattern, path, ignoreCase).step(0, 0);
    }

    /** Git knows no case but that of ASCII. */
    static String lower(String bytes) {
        StringBuilder lower = new StringBuilder(bytes);
        for (int i = 0; i < lower.length(); i++) {
            lower.setCharAt(i, lower(lower.charAt(i)));
        }
        return lower.toString();
    }

    private static char lower(char c) {
        return c >= 'A' && c <= 'Z' ? (char) (c + 'a' - 'A') : c;
    }

    private static char upper(char c) {
        return c >= 'a' && c <= 'z' ? (char) (c + 'A' - 'a') : c;
    }

    private char at(int p) {
        return p < pattern.length() ? pattern.charAt(p) : NONE;
    }

    private boolean matches(int p, int t) {
        failed = failed == null ? new boolean[(pattern.length() + 1) * (path.length() + 1)] : failed;
        int state = p * (path.length() + 1) + t;
        if (failed[state]) {
            return false;
        }
        boolean matched = step(p, t);
        failed[state] = !matched;
        return matched;
    }

    private boolean step(int from, int start) {
        int t = start;
        for (int p = from; p < pattern.length(); ) {
            char c = pattern.charAt(p);
            if (c == '*') {
                return stars(p, t);
            }
            if (t == path.length()) {
                return false;
            }
            if (c == '[') {
                int behind = bracket(p + 1, path.charAt(t));
                if (behind < 0) {
                    return false;
                }
                p = behind;
            } else {
                if (!single(p, path.charAt(t))) {
                    return false;
                }
                p += c == '\\' ? 2 : 1;
            }
            t++;
        }
        return t == path.length();
    }

    /** As git does, a letter behind a backslash or in brackets keeps its case whatever is ignored. */
    private boolean single(int p, char c) {
        char expected = pattern.charAt(p);
        return switch (expected) {
            case '?' -> c != '/';
            case '\\' -> at(p + 1) == c;
            default -> (ignoreCase ? lower(expected) : expected) == c;
        };
    }

    private boolean stars(int first, int t) {
        int p = first;
        while (at(p) == '*') {
            p++;
        }
        boolean opens = first == 0 || pattern.charAt(first - 1) == '/';
        boolean closes = p == pattern.length() || at(p) == '/' || (at(p) == '\\' && at(p + 1) == '/');
        boolean folders = p - first > 1 && opens && closes;
        if (folders && at(p) == '/' && matches(p + 1, t)) {
            return true;
        }
        for (int end = t; end <= path.length(); end++) {
            if (matches(p, end)) {
                return true;
            }
            if (end < path.length() && path.charAt(end) == '/' && !folders) {
                return false;
            }
        }
        return false;
    }

    /** Behind the brackets if the character is in them, else -1. */
    private int bracket(int open, char c) {
        boolean negated = at(open) == '!' || at(open) == '^';
        int p = negated ? open + 1 : open;
        boolean found = false;
        char before = NONE;
        do {
            char in = at(p);
            if (in == '-' && before != NONE && at(p + 1) != NONE && at(p + 1) != ']') {
                p += at(p + 1) == '\\' ? 2 : 1;
                found |= inRange(before, c, at(p)) || (ignoreCase && inRange(before, upper(c), at(p)));
                before = NONE;
            } else if (in == '[' && at(p + 1) == ':') {
                int end = pattern.indexOf(']', p + 2);
                if (end < 0) {
                    return -1;
                }
                if (end > p + 2 && at(end - 1) == ':') {
                    IntPredicate type = CLASSES.get(pattern.substring(p + 2, end - 1));
                    if (type == null) {
                        return -1;
                    }
                    found |= type.test(c) || (ignoreCase && type.test(upper(c)));
                    p = end;
                    before = NONE;
                } else {
                    found |= c == in;
                    before = in;
                }
            } else {
                p += in == '\\' ? 1 : 0;
                found |= at(p) == c;
                before = at(p);
            }
            if (at(p) == NONE) {
                return -1;
            }
            p++;
        } while (at(p) != ']');
        return found != negated && c != '/' ? p + 1 : -1;
    }

    private static boolean inRange(char first, char c, char last) {
        return first <= c && c <= last;
    }

    private static boolean isLetter(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }
}
