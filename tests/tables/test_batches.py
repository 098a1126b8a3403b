"""One changed site does not touch the others."""

import os

import pandas as pd

from pipeline.tables import MANIFEST, batch_of_sites, write_if_changed

SITES = [f"site-{number}" for number in range(200)]


def batches(sites, n=8):
    return batch_of_sites(sites, n).set_index("site")["batch"]


def test_a_new_site_leaves_every_other_site_in_its_batch():
    before, after = batches(SITES), batches([*SITES, "newcomer"])
    assert (after[before.index] == before).all()


def test_the_order_of_sites_does_not_matter():
    pd.testing.assert_frame_equal(batch_of_sites(SITES, 8), batch_of_sites(SITES[::-1], 8))


def test_sites_spread_over_all_batches():
    sizes = batches(SITES).value_counts()
    assert len(sizes) == 8
    assert sizes.max() < 3 * sizes.min()


def test_a_file_whose_content_is_the_same_is_left_untouched(tmp_path):
    path = tmp_path / "m.csv"
    write_if_changed(batch_of_sites(SITES, 8), path, MANIFEST)
    os.utime(path, (1, 1))
    write_if_changed(batch_of_sites(SITES, 8), path, MANIFEST)
    assert path.stat().st_mtime == 1
    write_if_changed(batch_of_sites(SITES[1:], 8), path, MANIFEST)
    assert path.stat().st_mtime > 1
    assert list(tmp_path.iterdir()) == [path]
