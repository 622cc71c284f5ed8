/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks.peers;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import org.junit.Test;

public class AskingTests {

    private final Asking asking = new Asking(2, 2);

    @Test
    public void percentilesAreOverAllRounds() {
        asking.oneByOne(new double[] {4, 1}, 0);
        asking.oneByOne(new double[] {2, 9}, 0);
        assertEquals(4, asking.of(Figure.Section.MEDIAN), 0);
        assertEquals(9, asking.of(Figure.Section.SLOWEST), 0);
    }

    @Test
    public void cpuIsThatOfAllQuestions() {
        asking.oneByOne(new double[] {1, 1}, 10);
        asking.atOnce(4, 1, 20);
        asking.oneByOne(new double[] {1, 1}, 10);
        assertEquals(5, asking.of(Figure.Section.CPU), 0);
    }

    @Test
    public void throughputIsThatOfSeveralClients() {
        asking.oneByOne(new double[] {1000, 1000}, 0);
        asking.atOnce(10, 2, 0);
        asking.atOnce(20, 1, 0);
        assertEquals(10, asking.of(Figure.Section.THROUGHPUT), 0);
    }

    @Test
    public void loadIsNotItsBusiness() {
        assertThrows(IllegalArgumentException.class, () -> asking.of(Figure.Section.LOAD));
    }
}
