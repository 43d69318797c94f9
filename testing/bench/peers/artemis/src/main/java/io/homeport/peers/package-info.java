/// Starts a broker that `./dev bench peers` measures Homeport beside.
package io.homeport.peers;
