/// Faults and overload, tried on the running server: ends in the middle of work, damaged and full
/// disks, jumps of the clock, clients that flood or don't read. That nothing acknowledged is lost
/// and that others go on being served is what each test is about; how fast is no matter here.
@NullMarked
package io.homeport.compat.fault;

import org.jspecify.annotations.NullMarked;
