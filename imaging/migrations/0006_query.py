from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("imaging", "0005_front"),
    ]

    operations = [
        migrations.CreateModel(
            name="WorklistQuery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ae_title", models.CharField(max_length=16)),
                ("address", models.CharField(blank=True, max_length=64)),
                ("query", models.JSONField(help_text="The keys as asked (DICOM JSON model).")),
                ("digest", models.CharField(help_text="Of the question and its answer.", max_length=64)),
                ("shown", models.JSONField(default=list, help_text="Scheduled Procedure Step IDs in the order of the answer.")),
                ("found", models.PositiveIntegerField(default=0)),
                ("status", models.PositiveIntegerField(default=0)),
                ("first_asked_at", models.DateTimeField()),
                ("last_asked_at", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.AddField(
            model_name="remotenode",
            name="is_asked_for_commitment",
            field=models.BooleanField(
                default=False,
                help_text="After a study was sent there, it is asked whether it keeps it.",
                verbose_name="asked for storage commitment",
            ),
        ),
        migrations.AddField(
            model_name="remotenode",
            name="is_told_of_images",
            field=models.BooleanField(
                default=False,
                help_text="By Instance Availability Notification, once a study has settled.",
                verbose_name="told when images are there",
            ),
        ),
        migrations.AddField(
            model_name="station",
            name="is_latin_only",
            field=models.BooleanField(
                default=False, help_text="Chinese becomes pinyin, in names and in every other text.", verbose_name="Latin letters only"
            ),
        ),
        migrations.AddField(
            model_name="station",
            name="is_upper_case",
            field=models.BooleanField(default=False, verbose_name="names in capitals"),
        ),
        migrations.AddField(
            model_name="station",
            name="name_length",
            field=models.PositiveSmallIntegerField(
                default=64,
                help_text="Characters in each group of a name; the scanner cuts or refuses what is longer.",
                verbose_name="longest name",
            ),
        ),
        migrations.AddField(
            model_name="station",
            name="sends_alphabetic",
            field=models.BooleanField(default=True, verbose_name="alphabetic name"),
        ),
        migrations.AddField(
            model_name="station",
            name="sends_ideographic",
            field=models.BooleanField(default=True, verbose_name="name in characters"),
        ),
        migrations.AddField(
            model_name="station",
            name="sends_phonetic",
            field=models.BooleanField(default=True, verbose_name="phonetic name"),
        ),
        migrations.AddField(
            model_name="transferjob",
            name="asked_by_ae_title",
            field=models.CharField(blank=True, default="", help_text="The system that asked by C-MOVE.", max_length=16),
        ),
        migrations.AddField(
            model_name="transferjob",
            name="asked_message_id",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="transferjob",
            name="transaction_uid",
            field=models.CharField(blank=True, default="", help_text="Of a request for commitment.", max_length=64),
        ),
        migrations.AlterField(
            model_name="transferjob",
            name="kind",
            field=models.CharField(
                choices=[
                    ("send", "Send a study"),
                    ("prefetch", "Fetch priors ahead"),
                    ("thumbnails", "Prepare thumbnails"),
                    ("move", "Move for another system"),
                    ("commit", "Ask for storage commitment"),
                    ("notice", "Tell that images are there"),
                ],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="transferjob",
            name="state",
            field=models.CharField(
                choices=[
                    ("queued", "Waiting"),
                    ("running", "Running"),
                    ("retrying", "Tries again"),
                    ("asked", "Waits for the answer"),
                    ("done", "Done"),
                    ("failed", "Failed"),
                    ("cancelled", "Cancelled"),
                ],
                default="queued",
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="transferjob",
            constraint=models.UniqueConstraint(
                condition=models.Q(("transaction_uid", ""), _negated=True), fields=("transaction_uid",), name="transfer_transaction_unique"
            ),
        ),
        migrations.AddIndex(
            model_name="worklistquery",
            index=models.Index(fields=["ae_title", "-last_asked_at"], name="worklist_query_latest"),
        ),
        migrations.AddIndex(
            model_name="worklistquery",
            index=models.Index(fields=["ae_title", "digest"], name="worklist_query_same"),
        ),
    ]
