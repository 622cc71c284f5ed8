/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.peers;

import java.util.List;

/** One measured value. */
record Figure(Section section, String row, String system, double value) {

    /** Of which kind a figure is. */
    enum Section {
        LOAD("load"),
        QUALITY("quality"),
        MEDIAN("median, ms"),
        SLOWEST("99th percentile, ms"),
        CPU("CPU, ms a question"),
        THROUGHPUT("questions a second, several clients");

        private final String title;

        Section(String title) {
            this.title = title;
        }

        String title() {
            return title;
        }

        /** Those that are measured by asking questions again and again. */
        static List<Section> ofQuestions() {
            return List.of(MEDIAN, SLOWEST, CPU, THROUGHPUT);
        }
    }
}
