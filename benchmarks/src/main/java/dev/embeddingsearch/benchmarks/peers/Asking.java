/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.peers;

import dev.embeddingsearch.benchmarks.LatencyFigures;

/** What one contender took for the questions of one kind, asked in one way, over all rounds. */
final class Asking {

    private final LatencyFigures latency;
    private final int questions;
    private int rounds;
    private int asked;
    private double cpu;
    private int askedAtOnce;
    private double secondsAtOnce;

    Asking(int questions, int rounds) {
        this.questions = questions;
        this.latency = new LatencyFigures(questions * rounds);
    }

    /** Adds a round of one question after the other. */
    void oneByOne(double[] milliseconds, double cpuMilliseconds) {
        for (int i = 0; i < questions; i++) {
            latency.took(rounds * questions + i, milliseconds[i]);
        }
        rounds++;
        asked += questions;
        cpu += cpuMilliseconds;
    }

    /** Adds a round of several clients. */
    void atOnce(int count, double seconds, double cpuMilliseconds) {
        askedAtOnce += count;
        secondsAtOnce += seconds;
        asked += count;
        cpu += cpuMilliseconds;
    }

    double of(Figure.Section section) {
        return switch (section) {
            case MEDIAN -> latency.median();
            case SLOWEST -> latency.percentile(0.99);
            case CPU -> cpu / asked;
            case THROUGHPUT -> askedAtOnce / secondsAtOnce;
            case LOAD, QUALITY -> throw new IllegalArgumentException("no figure of questions: " + section);
        };
    }
}
