"""A place's seats are counted in several rows. One that is there already goes on with its one row until `open_seats`."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("candidate_api", "0005_codes_and_documents_are_whose")]
    operations = [
        migrations.AlterModelOptions(
            name="seatpool",
            options={
                "ordering": ["session", "district__code", "slot", "bucket"],
                "verbose_name": "考位",
                "verbose_name_plural": "考位",
            },
        ),
        migrations.RemoveConstraint(model_name="seatpool", name="seat_pool_once"),
        migrations.AddField(
            model_name="seatpool",
            name="bucket",
            field=models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name="分组"),
        ),
        migrations.AddConstraint(
            model_name="seatpool",
            constraint=models.UniqueConstraint(
                fields=("session", "district", "slot", "bucket"), name="seat_pool_once"
            ),
        ),
    ]
