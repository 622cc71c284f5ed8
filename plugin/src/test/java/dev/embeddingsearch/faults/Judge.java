/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.faults;

import dev.embeddingsearch.faults.Fault.Effect;
import dev.embeddingsearch.faults.Ledger.Suffered;
import dev.embeddingsearch.testkit.TextVectors;
import java.util.List;
import java.util.Locale;

/**
 * Says what may become of a text, given what the server did to it: the right vector, or a failure that one of its faults
 * explains. A fault that asks for another attempt explains a failure only when there were more of them than retries.
 */
public final class Judge {

    /** A text that stands for no other: clients send it alone to see whether a request as such is at fault. */
    private static final String PROBE = "a";

    private final FaultServer server;
    private final int retries;
    private final boolean attributed;
    private final List<Outcome> alsoAllowed;

    /** A report that needs no fault of the text's own, such as a refusal for want of room. */
    public record Outcome(int status, String words) {}

    /**
     * @param attributed whether every fault is in the server's books; else connections may have failed beside them
     */
    public Judge(FaultServer server, int retries, boolean attributed, List<Outcome> alsoAllowed) {
        this.server = server;
        this.retries = retries;
        this.attributed = attributed;
        this.alsoAllowed = List.copyOf(alsoAllowed);
    }

    /** Checks a vector. */
    public void vector(String text, float[] vector) {
        require(vector.length == server.rules().dimensions(), "a vector of " + vector.length + " dimensions", text);
        require(TextVectors.matches(text, vector), "a vector that is not its own", text);
        require(!FaultServer.isGuilty(text), "a vector, though the service refuses it", text);
    }

    /** Checks what is reported in place of a vector. */
    public void failure(String text, int status, String words) {
        String report = "the failure [" + status + "] [" + words + "]";
        String key = server.rules().key();
        require(text.length() < 4 || !words.contains(text), "a report that holds it", text);
        require(key == null || !words.contains(key), "a report with the key", text);
        require(explained(text, new Outcome(status, words)), report + ", which no fault explains", text);
    }

    private boolean explained(String text, Outcome report) {
        Suffered own = server.ledger().of(text);
        boolean exhausted = own.retried() > retries || !attributed;
        boolean takenApart =
                own.refused() || exhausted || Fault.of(Effect.ISOLATED).stream().anyMatch(own::any);
        for (Fault fault : Fault.values()) {
            boolean ofText = fault.mayBeTheTexts() && matches(report, new Outcome(400, fault.words()));
            if (ofText || matches(report, new Outcome(fault.status(), fault.words()))) {
                // While a request is taken apart, a probe's fault may be the answer to all of its texts.
                boolean probe = takenApart && server.ledger().of(PROBE).any(fault);
                boolean met = own.any(fault) && (takenApart || fault.effect() == Effect.FINAL);
                if (met || probe || (!attributed && fault.effect() == Effect.RETRIED)) {
                    return true;
                }
            }
        }
        // A connection that fails beside the faults may cut off the words of a refusal.
        String refused = attributed ? "Your input was refused" : "answered [4";
        return (FaultServer.isGuilty(text)
                        && report.status() == 400
                        && report.words().contains(refused))
                || alsoAllowed.stream().anyMatch(allowed -> matches(report, allowed));
    }

    private static boolean matches(Outcome report, Outcome expected) {
        return expected.status() == report.status()
                && !expected.words().isEmpty()
                && report.words().contains(expected.words());
    }

    private static void require(boolean condition, String what, String text) {
        if (!condition) {
            throw new AssertionError(String.format(Locale.ROOT, "text [%s] got %s", text, what));
        }
    }
}
