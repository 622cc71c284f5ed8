/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.http;

import dev.embeddingsearch.model.Models;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;
import org.opensearch.common.settings.Settings;
import org.opensearch.test.OpenSearchTestCase;

public class AddressGuardTests extends OpenSearchTestCase {

    public void testInside() throws Exception {
        for (String address : List.of(
                "127.0.0.1",
                "127.8.8.8",
                "10.1.2.3",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.1.1",
                "169.254.169.254",
                "100.64.0.1",
                "100.127.255.255",
                "0.0.0.0",
                "0.1.2.3",
                "192.0.0.1",
                "198.18.0.1",
                "198.19.255.255",
                "224.0.0.1",
                "240.0.0.1",
                "255.255.255.255",
                "::1",
                "::",
                "fe80::1",
                "fec0::1",
                "fc00::1",
                "fdff::1",
                "ff02::1",
                "::ffff:127.0.0.1",
                "::ffff:10.0.0.1",
                "::127.0.0.1",
                "64:ff9b::7f00:1",
                "64:ff9b::a9fe:a9fe",
                "64:ff9b:1::808:808", // NAT64 of the network itself, wherever the address stands in it
                "64:ff9b:1:a00:1::",
                "::ffff:0:127.0.0.1", // translated
                "2001:0:808:808:0:0:f5ff:fffe", // Teredo
                "2606:4700::5efe:10.0.0.1", // ISATAP
                "2606:4700::200:5efe:192.168.0.1",
                "2002:7f00:1::",
                "2002:c0a8:101::1")) {
            assertTrue(address, AddressGuard.isInside(InetAddress.getByName(address)));
        }
    }

    public void testMappedAddressInItsRawForm() throws Exception {
        byte[] mapped = new byte[16];
        mapped[10] = mapped[11] = (byte) 0xff;
        mapped[12] = 127;
        mapped[15] = 1;
        assertTrue(AddressGuard.isInside(Inet6Address.getByAddress("x", mapped, -1)));
    }

    public void testOutside() throws Exception {
        for (String address : List.of(
                "8.8.8.8",
                "104.18.7.192",
                "100.63.255.255",
                "100.128.0.1",
                "172.15.0.1",
                "172.32.0.1",
                "192.1.0.1",
                "198.17.0.1",
                "198.20.0.1",
                "223.255.255.255",
                "2606:4700::1",
                "::ffff:8.8.8.8",
                "64:ff9b::808:808",
                "2001:4860:4860::8888",
                "2606:4700::5eff:10.0.0.1",
                "2002:808:808::1")) {
            assertFalse(address, AddressGuard.isInside(InetAddress.getByName(address)));
        }
    }

    public void testOneInsideAddressAmongManyRefusesTheHost() throws Exception {
        List<InetAddress> answer = List.of(InetAddress.getByName("8.8.8.8"), InetAddress.getByName("10.0.0.1"));
        AddressGuard guard = new AddressGuard(new Models(Settings.EMPTY).allowlist(), host -> answer);
        assertThrows(InsideAddressException.class, () -> guard.lookup("api.openai.com"));
        AddressGuard outside = new AddressGuard(new Models(Settings.EMPTY).allowlist(), host -> answer.subList(0, 1));
        assertEquals(answer.subList(0, 1), outside.lookup("api.openai.com"));
    }
}
