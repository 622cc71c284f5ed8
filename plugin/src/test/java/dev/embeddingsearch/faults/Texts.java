/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.faults;

import dev.embeddingsearch.testkit.TextVectors;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/** Random texts: most of them unique, some common to all, a few that the service refuses. */
public final class Texts {

    private static final int COMMON = 300;
    private static final String[] WORDS = {
        "stone",
        "Eis",
        "besen",
        "\"house\"",
        "\\skip",
        "hammer\n",
        "ガード",
        "sheet\t",
        "draw",
        "пуговица",
        "🥌",
        "e\u0301t\u00e9"
    };

    private final String name;
    private final Random random;
    private final AtomicInteger next = new AtomicInteger();

    /**
     * @param name of the one who asks, part of all texts that are unique
     */
    public Texts(String name, long seed) {
        this.name = name;
        this.random = new Random(seed ^ TextVectors.hash(name));
    }

    public String next() {
        int kind = random.nextInt(1000);
        if (kind < 100) {
            return "common " + random.nextInt(COMMON);
        }
        return unique() + (kind < 102 ? " " + FaultServer.GUILTY : "");
    }

    /** A text that comes once. */
    public String unique() {
        StringBuilder text = new StringBuilder(name).append(' ').append(next.getAndIncrement());
        for (int words = random.nextInt(6); words > 0; words--) {
            text.append(' ').append(WORDS[random.nextInt(WORDS.length)]);
        }
        return text.toString();
    }
}
