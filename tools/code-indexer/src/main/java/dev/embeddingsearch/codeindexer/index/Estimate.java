/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.index;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What embedding would cost, in tokens of OpenAI's current models. */
public final class Estimate {

    private static final double MILLION = 1e6;

    private final Encoding encoding = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.CL100K_BASE);
    private final AtomicInteger documents = new AtomicInteger();
    private final AtomicLong tokens = new AtomicLong();

    private final boolean compared;

    Estimate(boolean compared) {
        this.compared = compared;
    }

    /** Whether documents that the index has already are left out. */
    public boolean compared() {
        return compared;
    }

    void add(CodeDocument document) {
        documents.incrementAndGet();
        tokens.addAndGet(encoding.countTokensOrdinary(document.embeddedText()));
    }

    /** Documents to embed. */
    public int documents() {
        return documents.get();
    }

    public long tokens() {
        return tokens.get();
    }

    /**
     * The price of all of it.
     *
     * @param pricePerMillion what a million tokens cost
     */
    public double cost(double pricePerMillion) {
        return tokens() / MILLION * pricePerMillion;
    }
}
