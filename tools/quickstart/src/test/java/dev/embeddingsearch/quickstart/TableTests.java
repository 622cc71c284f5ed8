/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart;

import static org.junit.Assert.assertEquals;

import java.util.List;
import org.junit.Test;

public class TableTests {

    @Test
    public void testColumnsAlignAndLongCellsAreCut() {
        String table = new Table(8)
                .print(
                        List.of("left", "right"),
                        List.of(List.of("a", "exactly8", "more than"), List.of("multi\n line break")));
        assertEquals(
                List.of(
                        "     left      right",
                        "     --------  --------",
                        "  1  a         multi...",
                        "  2  exactly8",
                        "  3  more ..."),
                table.lines().toList());
    }

    @Test
    public void testCharactersOutsideTheBasicPlaneCountOnce() {
        String smile = Character.toString(0x1F600);
        String table =
                new Table(4).print(List.of("x", "y"), List.of(List.of(smile.repeat(4)), List.of(smile.repeat(5))));
        assertEquals(
                "  1  " + smile.repeat(4) + "  " + smile + "...",
                table.lines().toList().get(2));
    }

    @Test
    public void testNoHitsLeaveTheHead() {
        assertEquals("     a\n     --", new Table(2).print(List.of("a"), List.of(List.of())));
    }
}
