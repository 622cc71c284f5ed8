/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.http;

import java.math.BigDecimal;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.Headers;

/**
 * The headers {@code x-ratelimit-*}: how many requests and tokens a service accepts until its limits reset.
 *
 * @param limitTokens most tokens that the service accepts between two resets, or {@link #UNKNOWN}
 */
public record RateLimitHeaders(Left requests, Left tokens, long limitTokens) {

    public static final long UNKNOWN = -1;

    /** Longer times are cut to this: then the next call finds out whether the limit still holds. */
    private static final long MAX_NANOS = TimeUnit.MILLISECONDS.toNanos(FailureMapper.MAX_WAIT_MILLIS);

    private static final Pattern COUNT = Pattern.compile("\\d{1,15}");
    private static final Pattern SECONDS = Pattern.compile("\\d{1,12}(\\.\\d{1,12})?");
    private static final Pattern PART = Pattern.compile("(\\d{1,12}(?:\\.\\d{1,12})?)(ms|d|h|m|s)");
    private static final Pattern PARTS = Pattern.compile("(" + PART.pattern() + ")+");

    /**
     * How many requests or tokens are left until the limit resets. Either both values are known or neither.
     *
     * @param count {@link #UNKNOWN} if the headers do not give both
     * @param nanos nanoseconds until the reset
     */
    public record Left(long count, long nanos) {

        public static final Left UNKNOWN = new Left(RateLimitHeaders.UNKNOWN, 0);

        public boolean known() {
            return count != RateLimitHeaders.UNKNOWN;
        }
    }

    /** Parses the headers; missing and malformed ones are {@link #UNKNOWN}. */
    static RateLimitHeaders of(Headers headers) {
        return new RateLimitHeaders(left(headers, "requests"), left(headers, "tokens"), count(headers, "limit-tokens"));
    }

    private static Left left(Headers headers, String what) {
        long count = count(headers, "remaining-" + what);
        String reset = headers.get("x-ratelimit-reset-" + what);
        long nanos = reset == null ? UNKNOWN : nanos(reset.strip());
        return count == UNKNOWN || nanos == UNKNOWN ? Left.UNKNOWN : new Left(count, nanos);
    }

    private static long count(Headers headers, String name) {
        String value = headers.get("x-ratelimit-" + name);
        return value != null && COUNT.matcher(value.strip()).matches() ? Long.parseLong(value.strip()) : UNKNOWN;
    }

    /**
     * Nanoseconds of a time like {@code 20ms}, {@code 1.5s}, {@code 6m0s}, {@code 1h2m3s} or, in seconds, {@code 7}.
     */
    static long nanos(String text) {
        if (SECONDS.matcher(text).matches()) {
            return bounded(new BigDecimal(text).movePointRight(9));
        }
        if (!PARTS.matcher(text).matches()) {
            return UNKNOWN;
        }
        BigDecimal sum = BigDecimal.ZERO;
        Matcher parts = PART.matcher(text);
        while (parts.find()) {
            sum = sum.add(new BigDecimal(parts.group(1)).multiply(BigDecimal.valueOf(unit(parts.group(2)))));
        }
        return bounded(sum);
    }

    private static long unit(String name) {
        return switch (name) {
            case "ms" -> TimeUnit.MILLISECONDS.toNanos(1);
            case "s" -> TimeUnit.SECONDS.toNanos(1);
            case "m" -> TimeUnit.MINUTES.toNanos(1);
            case "h" -> TimeUnit.HOURS.toNanos(1);
            default -> TimeUnit.DAYS.toNanos(1);
        };
    }

    private static long bounded(BigDecimal nanos) {
        return nanos.min(BigDecimal.valueOf(MAX_NANOS)).longValue();
    }
}
