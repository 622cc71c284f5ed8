/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.http;

import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import okhttp3.Headers;

/** Parses how long a service asks to wait: {@code retry-after-ms}, else {@code Retry-After} in seconds or as a date. */
final class RetryAfter {

    private RetryAfter() {}

    /** Milliseconds from {@code now}; 0 if the headers are missing or malformed. */
    static long millis(Headers headers, Instant now) {
        double millis = number(headers.get("retry-after-ms"));
        if (millis < 0) {
            millis = number(headers.get("Retry-After")) * 1000;
        }
        return millis >= 0 ? (long) Math.ceil(millis) : untilDate(headers.get("Retry-After"), now);
    }

    private static double number(String text) {
        try {
            return text == null ? -1 : Double.parseDouble(text.strip());
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private static long untilDate(String text, Instant now) {
        try {
            return text == null
                    ? 0
                    : Math.max(
                            0,
                            ZonedDateTime.parse(text.strip(), DateTimeFormatter.RFC_1123_DATE_TIME)
                                            .toInstant()
                                            .toEpochMilli()
                                    - now.toEpochMilli());
        } catch (DateTimeParseException e) {
            return 0;
        }
    }
}
