/* SPDX-License-Identifier: MIT */
/* Names that our C files must not use: .ci/layers.lua compiles each file with this header in front.
 * The headers that declare them come first, because after the pragma the names are errors there
 * too.
 */
#include <arpa/inet.h>
#include <curl/curl.h>
#include <gmime/gmime.h>
#include <netdb.h>
#include <openssl/evp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#undef alloca
#undef setjmp

/* They write without a bound, or read without reporting errors. */
#pragma GCC poison strcpy strcat strncat strncpy sprintf vsprintf gets scanf
#pragma GCC poison atoi atol atoll atof
/* They keep state that threads would share. */
#pragma GCC poison strtok strtok_r rand srand gmtime localtime asctime ctime inet_ntoa gethostbyname
/* They end, leave or change what belongs to the host program. */
#pragma GCC poison setjmp longjmp signal exit abort curl_global_cleanup
#pragma GCC poison alloca system popen tmpnam mktemp
