/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks;

import static org.junit.Assert.assertEquals;

import dev.embeddingsearch.knn.SearchCounters;
import org.junit.Test;

public class LatencyFiguresTests {

    private final LatencyFigures figures = new LatencyFigures(4);

    @Test
    public void shardsOfAQuestionAddUp() {
        figures.took(0, 1);
        figures.took(0, 2);
        assertEquals(3, figures.percentile(1), 0);
    }

    @Test
    public void percentilesAreThoseOfTheQuestionsInOrder() {
        double[] times = {4, 1, 3, 2};
        for (int i = 0; i < times.length; i++) {
            figures.took(i, times[i]);
        }
        assertEquals(1, figures.percentile(0), 0);
        assertEquals(3, figures.median(), 0);
        assertEquals(4, figures.percentile(0.99), 0);
    }

    @Test
    public void aThreadAnswersOneAfterTheOther() {
        for (int i = 0; i < 4; i++) {
            figures.took(i, 5);
        }
        assertEquals(200, figures.perSecond(), 1e-9);
    }

    @Test
    public void nothingIsCountedWhereNoHybridQueryRuns() {
        assertEquals(0, figures.average(SearchCounters.Count.EXACT_SIMILARITIES));
        figures.did(new SearchCounters());
        assertEquals(0, figures.average(SearchCounters.Count.EXACT_SIMILARITIES));
    }
}
