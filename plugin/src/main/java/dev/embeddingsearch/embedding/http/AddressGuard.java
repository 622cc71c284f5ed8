/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.http;

import dev.embeddingsearch.model.UrlAllowlist;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import okhttp3.Dns;

/**
 * Resolves host names and refuses a name that resolves to a private, loopback or otherwise inside address, unless the
 * allow-list names the host in full. The check is part of connecting, so that a name cannot point elsewhere between
 * check and use (DNS rebinding). OkHttp does not resolve numeric hosts: the allow-list matches them in full or not at
 * all.
 */
final class AddressGuard implements Dns {

    private final UrlAllowlist allowlist;
    private final Dns dns;

    AddressGuard(UrlAllowlist allowlist, Dns dns) {
        this.allowlist = allowlist;
        this.dns = dns;
    }

    @Override
    public List<InetAddress> lookup(String host) throws UnknownHostException {
        List<InetAddress> addresses = dns.lookup(host);
        if (!allowlist.namesHost(host) && addresses.stream().anyMatch(AddressGuard::isInside)) {
            throw new InsideAddressException(host);
        }
        return addresses;
    }

    static boolean isInside(InetAddress address) {
        if (address.isAnyLocalAddress()
                || address.isLoopbackAddress()
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()
                || address.isMulticastAddress()) {
            return true;
        }
        byte[] bytes = address.getAddress();
        return bytes.length == 4 ? isInside4(bytes, 0) : isInside6(bytes);
    }

    /** Ranges of IPv4, also where they are embedded in IPv6, and those that {@link InetAddress} has no method for. */
    private static boolean isInside4(byte[] b, int at) {
        int first = b[at] & 0xff;
        int second = b[at + 1] & 0xff;
        return first == 0
                || first == 10
                || first == 127
                || (first == 100 && (second & 0xc0) == 64) // carrier-grade NAT
                || (first == 169 && second == 254)
                || (first == 172 && (second & 0xf0) == 16)
                || (first == 192 && (second == 168 || (second == 0 && b[at + 2] == 0)))
                || (first == 198 && (second & 0xfe) == 18) // benchmarking
                || first >= 224;
    }

    private static boolean isInside6(byte[] b) {
        boolean uniqueLocal = (b[0] & 0xfe) == 0xfc;
        boolean mapped = isZero(b, 0, 10) && ((b[10] == 0 && b[11] == 0) || (b[10] == -1 && b[11] == -1));
        boolean nat64 = b[0] == 0 && b[1] == 0x64 && b[2] == -1 && (b[3] & 0xff) == 0x9b;
        boolean ownNat64 = nat64 && b[4] == 0 && b[5] == 1; // the network chooses where the IPv4 address stands in it
        boolean translated = isZero(b, 0, 8) && b[8] == -1 && b[9] == -1 && b[10] == 0 && b[11] == 0;
        boolean sixToFour = b[0] == 0x20 && b[1] == 0x02;
        boolean teredo =
                b[0] == 0x20 && b[1] == 0x01 && b[2] == 0 && b[3] == 0; // obfuscates the IPv4 address, and is obsolete
        boolean isatap = (b[8] & 0xfd) == 0 && b[9] == 0 && b[10] == 0x5e && (b[11] & 0xff) == 0xfe;
        return uniqueLocal
                || ownNat64
                || teredo
                || ((mapped || nat64 || translated || isatap) && isInside4(b, 12))
                || (sixToFour && isInside4(b, 2));
    }

    private static boolean isZero(byte[] b, int from, int to) {
        return Arrays.equals(b, from, to, new byte[to - from], 0, to - from);
    }
}
